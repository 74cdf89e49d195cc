import type { Surroundings } from '../core/handler.ts';
import type { BundledTable } from './bundle.ts';
import { changeDefinition } from './change-definition.ts';
import { destinationContext, type ForDestination, forDestination } from './for-destination.ts';
import type { Run } from './run.ts';

/** What the destination of a run is to have of a bundled table: planned, made, set and verified is this. */
export function wantedTable(
  { environments }: Pick<Surroundings, 'environments'>,
  run: Pick<Run, 'source' | 'destination' | 'request'>,
  { as, file }: Pick<BundledTable, 'as' | 'file'>,
): ForDestination {
  return forDestination(changeDefinition(file.content, run.request), destinationContext(environments, run, as));
}
