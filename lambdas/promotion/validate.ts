import type { Artefacts } from '../core/artefacts.ts';
import { findManifest, requireManifest } from '../core/bundle.ts';
import type { Kind } from '../core/contracts.ts';
import type { Environments } from '../core/environments.ts';
import { PromotionError } from '../core/errors.ts';
import { keys } from '../core/keys.ts';
import type { RequestFile, Step } from './contracts.ts';
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
    if (await artefacts.read(keys.request(bundle))) return [];
    const pointer = bundle === request.promotionId ? '/promotionId' : '/bundle';
    throw new PromotionError('Promotion.Config', {
      code: 'BundleMissing',
      message: `${pointer}: there is no promotion "${bundle}" to roll back`,
      pointer,
      resolution: 'name a promotion that was run before',
    });
  }
  const mayExport = mode === 'plan' && bundle === request.promotionId;
  const bundled: Kind[] = [];
  for (const kind of requestedKinds(request)) {
    if (mayExport && !(await findManifest(artefacts, bundle, kind))) continue;
    await requireManifest(artefacts, bundle, kind, source);
    bundled.push(kind);
  }
  return bundled;
}
