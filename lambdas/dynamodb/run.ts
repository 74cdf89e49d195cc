import { assume } from '../core/accounts.ts';
import { readRequired } from '../core/artefacts.ts';
import { clients } from '../core/clients.ts';
import type { ArtefactPointer } from '../core/contracts.ts';
import type { Surroundings } from '../core/handler.ts';
import type { Holder } from '../core/lock.ts';
import { readOwn } from '../core/problems.ts';
import { type DynamodbRequest, dynamodbRequestFile } from './contracts.ts';
import { assumeAgain, guardWire } from './wire.ts';

/** The part of a promotion's request that DynamoDB's workers need. */
export interface Run {
  readonly promotionId: string;
  readonly source: string;
  readonly destination: string;
  readonly bundle: string;
  readonly mode: string;
  readonly request: DynamodbRequest;
}

/** Reads the request that the promotion wrote under its lock, in exactly that version. */
export async function readRun(surroundings: Surroundings, pointer: ArtefactPointer): Promise<Run> {
  const { text } = await readRequired(surroundings.artefacts, pointer.key, pointer.versionId);
  const { kinds, ...rest } = readOwn(dynamodbRequestFile, pointer.key, text);
  return { ...rest, request: kinds.dynamodb };
}

/** The lock that a worker of this run works under. */
export function holderOf(run: Run, promotionExecution: string): Holder {
  return { kind: 'dynamodb', destination: run.destination, promotionExecution };
}

/** A client in the run's source or destination account, under the role of that side. */
export async function tableClient(
  { environments }: Surroundings,
  run: Run,
  side: 'source' | 'destination',
  sessionPolicy?: object,
) {
  const target = await assume(environments, {
    environment: run[side],
    kind: 'dynamodb',
    side,
    promotionId: run.promotionId,
    ...(sessionPolicy ? { sessionPolicy } : {}),
  });
  return assumeAgain(guardWire(clients.dynamodb(target)));
}
