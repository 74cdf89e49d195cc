import type { Artefacts } from '../core/artefacts.ts';
import { findManifest, requireManifest } from '../core/bundle.ts';
import type { Kind } from '../core/contracts.ts';
import type { Environments } from '../core/environments.ts';
import { PromotionError } from '../core/errors.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import { type RequestFile, requestFile, type Step } from './contracts.ts';
import { checkInput, requestedKinds, stepsOf } from './request.ts';

/** What Validate answers: the name of the promotion and the verbs to walk. */
export interface Validated {
  readonly promotionId: string;
  readonly steps: readonly Step[];
}

/** Checks everything that can be known of an input before anything is locked, and lists the verbs of the run. */
export async function validate(
  start: { input: unknown; executionName: string },
  surroundings: { environments: Environments; artefacts: Artefacts },
): Promise<Validated> {
  const request = checkInput(start.input, start.executionName, surroundings.environments);
  const bundled = await bundledKinds(surroundings.artefacts, request);
  return { promotionId: request.promotionId, steps: stepsOf(request, bundled) };
}

/** The requested kinds whose bundle exists; where the mode needs a bundle, a missing or foreign one is an error. */
async function bundledKinds(artefacts: Artefacts, request: RequestFile): Promise<Kind[]> {
  const { mode, bundle, source } = request;
  if (mode === 'export' || mode === 'migrate') return [];
  if (mode === 'rollback') {
    await assertUndoable(artefacts, request);
    return [];
  }
  const mayExport = mode === 'plan' && bundle === request.promotionId;
  const place = bundle === request.promotionId ? '/promotionId' : '/bundle';
  const bundled: Kind[] = [];
  for (const kind of requestedKinds(request)) {
    if (mayExport && !(await findManifest(artefacts, bundle, kind))) continue;
    await requireManifest(artefacts, bundle, kind, source, place);
    bundled.push(kind);
  }
  return bundled;
}

/**
 * A rollback needs a promotion that was run, between the same two environments: its journal names tables of that
 * destination, which in another account may be somebody else's. A change under its own id is for Lock to refuse.
 */
async function assertUndoable(artefacts: Artefacts, request: RequestFile): Promise<void> {
  const { bundle, promotionId } = request;
  const key = keys.request(bundle);
  const found = await artefacts.read(key);
  if (!found) {
    const pointer = bundle === promotionId ? '/promotionId' : '/bundle';
    const message = `there is no promotion "${bundle}" to roll back`;
    throw config('BundleMissing', pointer, message, 'name a promotion that was run before');
  }
  if (bundle === promotionId) return;
  const undone = readOwn(requestFile, key, found.text);
  for (const [field, code] of [
    ['destination', 'BundleDestination'],
    ['source', 'BundleSource'],
  ] as const) {
    if (request[field] === undone[field]) continue;
    const message = `promotion "${bundle}" has "${undone[field]}" as ${field}, not "${request[field]}"`;
    throw config(code, `/${field}`, message, `name "${undone[field]}" as ${field}, or another promotion as bundle`);
  }
}

function config(code: string, pointer: string, message: string, resolution: string): PromotionError {
  return new PromotionError('Promotion.Config', { code, message: `${pointer}: ${message}`, pointer, resolution });
}
