import { ServiceError } from '../../service.ts';
import { invalid } from './store.ts';

const MOST_LEVELS = 15;

/**
 * Checks the name of a new parameter: letters, digits and `. - _`, in up to fifteen levels apart by `/`
 * (documentation of PutParameter). Throws `ValidationException` or `HierarchyLevelLimitExceededException`.
 */
export function checkName(name: string): void {
  if (!/^[A-Za-z0-9._/-]+$/.test(name) || name.endsWith('/') || name.includes('//')) {
    throw invalid(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of ' +
        'sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following ' +
        '3 symbols .-_',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid('Parameter name must be a fully qualified name: a name with a path begins with a slash.');
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    const message = `No access to reserved parameter name: ${name}.`;
    throw new ServiceError('AccessDeniedException', message);
  }
  if (name.split('/').filter((level) => level !== '').length > MOST_LEVELS) {
    const message = `The parameter name ${name} has more than ${MOST_LEVELS} levels.`;
    throw new ServiceError('HierarchyLevelLimitExceededException', message);
  }
}

/** A name with what may follow it: `name:3` is the third version. */
export function splitSelector(given: string): { name: string; selector: string } {
  const start = given.startsWith('arn:') ? given.indexOf('parameter/') : 0;
  const at = given.indexOf(':', start);
  return at < 0 ? { name: given, selector: '' } : { name: given.slice(0, at), selector: given.slice(at) };
}
