// `isthmus status`: is it running, has the machine caught up with what was asked for, and what stands in the way.

import { type CloudChoice, type CloudStatus, findEndpoint, findStatus } from './cloud-client.ts';
import { CliError, exitCode, say } from './exit.ts';

export async function status(options: CloudChoice & { json?: boolean }): Promise<number> {
  const endpoint = findEndpoint(options);
  const found = endpoint && (await findStatus(endpoint));
  if (!found) {
    if (options.json) say(JSON.stringify({ running: false }));
    const where = endpoint ? `at ${endpoint}` : `with the data folder ${options.data}`;
    throw new CliError(exitCode.no, `No cloud is running ${where}.`, 'isthmus up --detach');
  }
  say(options.json ? JSON.stringify({ running: true, ...found }, undefined, 2) : renderStatus(found));
  return exitCode.good;
}

function renderStatus(found: CloudStatus): string {
  const counts = Object.entries(found.counts ?? {}).filter(([, count]) => count > 0);
  const lines = [
    ['Isthmus', `running, pid ${found.pid}`],
    ['API endpoint', found.apiEndpoint],
    ['Data folder', found.dataFolder],
    ['Certificate', found.certificateAuthority],
    ['Generation', renderGeneration(found)],
    ['Image', [found.image?.state ?? 'unknown', found.image?.progress].filter(Boolean).join(': ')],
    ...found.services.map((service, index) => [index === 0 ? 'Services' : '', renderService(service)]),
    ['Resources', counts.map(([name, count]) => `${count} ${name}`).join(', ') || 'none'],
    ['Errors', found.errors.length === 0 ? 'none' : String(found.errors.length)],
  ];
  const table = lines.map(([name, value]) => `${name!.padEnd(14)}${value}`);
  return [...table, ...found.errors.map(renderError)].join('\n');
}

function renderService({ service, origin, host, trouble }: CloudStatus['services'][number]): string {
  const as = host === undefined ? '' : ` as ${host}`;
  return `${service} is ${origin}${as}${trouble ? `: it ${trouble.message}, since ${trouble.since}` : ''}`;
}

function renderGeneration({ generation, appliedGeneration }: CloudStatus): string {
  if (generation === appliedGeneration) return `${generation}, applied`;
  return `${generation}, applied up to ${appliedGeneration}`;
}

function renderError({ about, doing, stderr, hint, since }: CloudStatus['errors'][number]): string {
  return [`\n${about} (since ${since}): ${doing}`, stderr.trim(), hint && `Try: ${hint}`]
    .filter(Boolean)
    .join('\n  ');
}
