import type { RoleTarget } from '../core/accounts.ts';
import { dynamodbClient } from '../core/clients.ts';
import type { EngineOptions, TableEngine } from './engine.ts';
import { openSdkTable } from './sdk-engine.ts';
import { assumeAgain, guardWire } from './wire.ts';

/** Opens a table for the engine `sdk`. In a file of its own, so that only a worker that is asked for it loads the SDK. */
export function openSdkTableAs(target: RoleTarget, options: EngineOptions): TableEngine {
  return openSdkTable(assumeAgain(guardWire(dynamodbClient(target))), options);
}
