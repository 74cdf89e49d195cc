import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { allPages } from '../core/paging.ts';
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
      if (await hasOpenMapRun(states, executionArn)) return 'running';
      return execution.status === 'ABORTED' || execution.status === 'TIMED_OUT' ? 'stopped' : 'ended';
    } catch (error) {
      if (errorCode(error) === 'ExecutionDoesNotExist') return 'unknown';
      throw named(error, `asking for ${executionArn}`);
    }
  };
}

async function hasOpenMapRun(states: SFNClient, executionArn: string): Promise<boolean> {
  const runs = await allPages(`listing Map Runs of ${executionArn}`, async (nextToken) => {
    const page = await attempt(() => states.send(new ListMapRunsCommand({ executionArn, nextToken })), {
      check: ({ mapRuns }) => (mapRuns ? null : 'step functions answered no Map Runs'),
    });
    return { items: page.mapRuns ?? [], next: page.nextToken ?? null };
  });
  for (const { mapRunArn, stopDate } of runs) {
    if (stopDate) continue;
    const { status } = await attempt(() => states.send(new DescribeMapRunCommand({ mapRunArn })), {
      check: (answer) => (answer.status ? null : 'step functions answered no status of a Map Run'),
    });
    if (status === 'RUNNING') return true;
  }
  return false;
}
