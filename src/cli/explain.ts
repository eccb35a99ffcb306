// `isthmus explain FROM TO[:PORT[/PROTO]]`: hop by hop, why a packet arrives (exit 0) or stops (exit 1).

import { type CloudChoice, getEndpoint, postJson } from './cloud-client.ts';
import { exitCode, say } from './exit.ts';

interface ExplainOptions extends CloudChoice {
  action?: string;
  resource?: string;
  json?: boolean;
}

interface Explanation {
  arrives: boolean;
  hops: { at: string; verdict: 'pass' | 'stop' | 'info'; code?: string; text: string }[];
  text: string;
}

export async function explain(options: ExplainOptions, from: string, to: string): Promise<number> {
  const { action, resource } = options;
  const explanation = await postJson<Explanation>(getEndpoint(options), 'explain', {
    from,
    to,
    action,
    resource,
  });
  say(options.json ? JSON.stringify(explanation, undefined, 2) : explanation.text.trimEnd());
  return explanation.arrives ? exitCode.good : exitCode.no;
}
