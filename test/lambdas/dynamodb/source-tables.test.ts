import { describe, expect, it } from 'vitest';
import { listCandidates } from '../../../lambdas/dynamodb/source-tables.ts';
import { makeTables, refusal } from '../../support/factories.ts';
import { awsError, type ScriptedAnswer } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const server = scriptedDynamoDb();

const list = (...tables: unknown[]) => listCandidates(server.client, makeTables({ tables }), (table) => `arn:${table}`);
const operations = () => server.calls.map(({ operation }) => operation);

/** An account of three tables on two pages, whose tags are on two pages too. */
function account(ofGone: ScriptedAnswer = { body: { Tags: [] } }): void {
  server.script(({ operation, input }) => {
    const { ExclusiveStartTableName: after, ResourceArn: arn, NextToken: token } = input;
    if (operation === 'ListTables') {
      return after === undefined
        ? { body: { TableNames: ['a', 'b'], LastEvaluatedTableName: 'b' } }
        : { body: { TableNames: ['gone'] } };
    }
    if (arn === 'arn:gone') return ofGone;
    return token === undefined
      ? { body: { Tags: [{ Key: 'promote', Value: 'yes' }], NextToken: 'more' } }
      : { body: { Tags: [{ Key: 'aws:cloudformation:stack-name', Value: String(arn) }] } };
  });
}

describe('listCandidates', () => {
  it('asks nothing where all tables are named', async () => {
    account();
    expect(await list('a', { name: 'b', as: 'c' })).toEqual([]);
    expect(operations()).toEqual([]);
  });

  it('lists every page of tables for a prefix, and no tags', async () => {
    account();
    expect(await list({ prefix: 'a' })).toEqual(['a', 'b', 'gone'].map((table) => ({ table, tags: [] })));
    expect(operations()).toEqual(['ListTables', 'ListTables']);
  });

  it('reads every page of the tags where an entry asks for tags, those of the services too', async () => {
    account();
    const tags = (arn: string) => [
      { Key: 'aws:cloudformation:stack-name', Value: arn },
      { Key: 'promote', Value: 'yes' },
    ];
    expect(await list('a', { tag: { promote: 'yes' } })).toEqual([
      { table: 'a', tags: tags('arn:a') },
      { table: 'b', tags: tags('arn:b') },
      { table: 'gone', tags: [] },
    ]);
  });

  it('takes a table that goes meanwhile for absent', async () => {
    account(awsError('ResourceNotFoundException'));
    expect((await list({ tag: { promote: 'yes' } })).map(({ table }) => table)).toEqual(['a', 'b']);
  });

  it('never takes a part of the list for the whole: a refused call is an error', async () => {
    account(awsError('AccessDeniedException'));
    expect(await refusal(() => list({ tag: { promote: 'yes' } }))).toMatchObject({ name: 'Promotion.Permission' });
    server.script(() => awsError('AccessDeniedException'));
    expect(await refusal(() => list({ prefix: 'a' }))).toMatchObject({ name: 'Promotion.Permission' });
  });
});
