import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPrometheus } from './prometheus.ts';

test('families have their help, their type and a line for each sample', () => {
  const text = renderPrometheus([
    {
      ...{ name: 'a_total', help: 'What is\ncounted.', type: 'counter' },
      samples: [
        { labels: { name: 'quote " and \\ and\nline', kind: 'x' }, value: 3 },
        { labels: {}, value: 0.5 },
      ],
    },
    { name: 'b', help: 'Nothing.', type: 'gauge', samples: [] },
  ]);
  assert.equal(
    text,
    [
      '# HELP a_total What is\\ncounted.',
      '# TYPE a_total counter',
      'a_total{name="quote \\" and \\\\ and\\nline",kind="x"} 3',
      'a_total 0.5',
      '# HELP b Nothing.',
      '# TYPE b gauge',
      '',
    ].join('\n'),
  );
});
