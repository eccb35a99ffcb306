// The extracted tables are those of the SDK that package.json pins.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { extractModel, renderModel } from '../../scripts/extract-models.ts';
import { type ServiceName, serviceModel } from './model.ts';

for (const service of ['ec2', 'elasticloadbalancing', 'iam', 'sts'] satisfies ServiceName[]) {
  test(`the table of ${service} is what the pinned SDK says`, () => {
    const onDisk = readFileSync(new URL(`./model/${service}.json`, import.meta.url), 'utf8');
    assert.ok(
      onDisk === renderModel(extractModel(service)),
      'it is not: run `node scripts/extract-models.ts` and read the difference',
    );
  });
}

test('names that every JavaScript object has are no operations', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
    assert.equal(serviceModel('ec2').findOperation(name), undefined);
  }
});

test('a decimal is told from a whole number', () => {
  const input = serviceModel('ec2').findOperation('GetSpotPlacementScores')!.input;
  assert.equal(input.membersByInputName.get('TargetCapacity')?.shape.kind, 'integer');
  const memory = serviceModel('ec2')
    .findOperation('GetInstanceTypesFromInstanceRequirements')!
    .input.membersByInputName.get('InstanceRequirements')!.shape;
  assert.equal(memory.kind, 'structure');
  const perVcpu =
    memory.kind === 'structure' ? memory.membersByInputName.get('MemoryGiBPerVCpu')!.shape : undefined;
  assert.equal(perVcpu?.kind === 'structure' && perVcpu.membersByInputName.get('Min')?.shape.kind, 'decimal');
});
