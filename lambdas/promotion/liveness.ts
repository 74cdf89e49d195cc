import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { attempt, errorCode, named } from '../core/retry.ts';
import type { Liveness } from './lock.ts';

/**
 * Asks Step Functions. A Map Run may go on for a while after its execution was stopped, until its children have ended,
 * so an execution counts as ended only with all its Map Runs.
 */
export function livenessOf(states: SFNClient): Liveness {
  return async (executionArn) => {
    try {
      const execution = await attempt(() => states.send(new DescribeExecutionCommand({ executionArn })), {
        check: ({ status }) => (status ? null : 'step functions answered no status'),
      });
      if (execution.status === 'RUNNING' || execution.status === 'PENDING_REDRIVE') return 'running';
      return (await hasOpenMapRun(states, executionArn)) ? 'running' : 'ended';
    } catch (error) {
      if (errorCode(error) === 'ExecutionDoesNotExist') return 'unknown';
      throw named(error, `asking for ${executionArn}`);
    }
  };
}

async function hasOpenMapRun(states: SFNClient, executionArn: string): Promise<boolean> {
  let nextToken: string | undefined;
  do {
    const page = await attempt(() => states.send(new ListMapRunsCommand({ executionArn, nextToken })), {
      check: ({ mapRuns }) => (mapRuns ? null : 'step functions answered no Map Runs'),
    });
    for (const { mapRunArn, stopDate } of page.mapRuns ?? []) {
      if (stopDate) continue;
      const { status } = await attempt(() => states.send(new DescribeMapRunCommand({ mapRunArn })));
      if (status === 'RUNNING') return true;
    }
    nextToken = page.nextToken;
  } while (nextToken);
  return false;
}
