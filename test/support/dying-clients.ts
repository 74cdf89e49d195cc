import type { TableClients } from '../../lambdas/dynamodb/table-clients.ts';

/** Clients of a worker that may die. */
export interface DyingClients extends TableClients {
  /** Calls that were carried out. */
  calls(): number;
  isDead(): boolean;
}

type Sender = { send(command: object): Promise<unknown> };

/** Clients whose worker dies when a call was carried out, before its answer is there; all calls after it fail too. */
export function dyingClients(clients: TableClients, isLast: (calls: number, command: string) => boolean): DyingClients {
  let calls = 0;
  let dead = false;
  const dying = <T extends object>(client: T): T =>
    new Proxy(client, {
      get(target, name) {
        if (name !== 'send') return Reflect.get(target, name);
        return async (command: object) => {
          if (dead) throw new Error('killed');
          const answer = await (target as unknown as Sender).send(command);
          calls += 1;
          dead ||= isLast(calls, command.constructor.name);
          if (dead) throw new Error('killed');
          return answer;
        };
      },
    });
  const { dynamodb, autoscaling } = clients;
  return {
    ...clients,
    dynamodb: dying(dynamodb),
    autoscaling: dying(autoscaling),
    calls: () => calls,
    isDead: () => dead,
  };
}
