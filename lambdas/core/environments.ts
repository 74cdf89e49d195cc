import * as z from 'zod';
import type { Side } from './names.ts';

const account = z.string().regex(/^\d{12}$/, 'an account id has twelve digits');
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region looks like us-east-1');

const environment = z
  .strictObject({
    account,
    region,
    /** Which access roles the account gets: it is promoted from, promoted to, or both. */
    sides: z
      .array(z.enum(['source', 'destination']))
      .min(1)
      .default(['source', 'destination']),
    /** True where a role may export tables of this account to the artefact bucket, for engine `exportImport`. */
    sourceChange: z.boolean().default(false),
  })
  .refine(({ sides, sourceChange }) => !sourceChange || sides.includes('source'), {
    path: ['sourceChange'],
    error: 'only an environment with the side "source" is exported from',
  })
  .readonly();

/**
 * The deployment's configuration: the tooling account and the environments by name.
 * Synthesis checks `environments.json` against it and lays the checked file beside each worker bundle.
 */
export const environmentsSchema = z
  .strictObject({
    tooling: z.strictObject({ account, region }).readonly(),
    /** Shared with the trust policies of the access roles; not a secret, but unguessable (2 to 1224 characters, STS). */
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'an external id has 2 to 1224 of the characters A-Z a-z 0-9 _+=,.@:/-'),
    /** Set when all accounts belong to one AWS organization; narrows the trust of the access roles further. */
    organizationId: z
      .string()
      .regex(/^o-[a-z0-9]{10,32}$/, 'an organization id looks like o-exampleorgid')
      .optional(),
    /** Appended to role and machine names, so that two deployments can live in the same accounts. */
    qualifier: z
      .string()
      .regex(/^[A-Za-z0-9]{1,10}$/, 'a qualifier has 1 to 10 letters or digits')
      .optional(),
    environments: z.record(
      z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'an environment name is lower case'),
      environment,
    ),
  })
  .readonly();

/** One named account and region. */
export type Environment = z.infer<typeof environment>;

/** Sides on which an account has access roles for an environment. */
export function accessSides({ sides, sourceChange }: Pick<Environment, 'sides' | 'sourceChange'>): readonly Side[] {
  return sourceChange ? [...sides, 'source-change'] : sides;
}

/** The checked content of `environments.json`. */
export type Environments = z.infer<typeof environmentsSchema>;
