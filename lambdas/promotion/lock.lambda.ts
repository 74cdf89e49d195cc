import { statesClient } from '../core/clients.ts';
import { defineHandler } from '../core/handler.ts';
import { startInput } from './contracts.ts';
import { livenessOf } from './liveness.ts';
import { lock } from './lock.ts';
import { checkInput } from './request.ts';

export const handler = defineHandler(startInput, async (start, { artefacts, environments }) => {
  const request = checkInput(start.input, start.executionName, environments);
  return await lock(request, start, { artefacts, liveness: livenessOf(statesClient()) });
});
