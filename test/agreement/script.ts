// A network as a script that a person can run and read: aws-cli commands by `isthmus aws`, and the question at its end.

import { type CallStep, namesIn, type Probe, type SiteStep, type Step } from './step.ts';

const commandNames: Record<string, string> = { s3: 's3api' };

/** @param probes asked at the end, after the last step */
export function renderScript(steps: Step[], probe: Probe | undefined): string {
  const names = new Set(steps.flatMap((step) => [...namesIn(step), ...(probe ? namesIn(probe) : [])]));
  const lines = steps.flatMap((step) => renderStep(step, names));
  const head = ['#!/bin/sh', '# In a clone, with a cloud running: ./isthmus up --detach'];
  return [...head, ...lines, ...(probe ? renderProbe(probe) : [])].join('\n');
}

function renderStep(step: Step, used: Set<string>): string[] {
  switch (step.kind) {
    case 'call':
      return [renderCall(step, used)];
    case 'site':
      return renderSite(step, used);
    case 'forward':
      return [`./isthmus exec ${text(step.instance)} -- sysctl -w net.ipv4.ip_forward=1`];
    case 'restart':
      return [
        `kill -9 "$(./isthmus status --json | sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p')"`,
        './isthmus up --detach',
      ];
    case 'settle':
      return ['sleep 1'];
  }
}

function renderCall(
  { account, region, service, operation, input, gives }: CallStep,
  used: Set<string>,
): string {
  const command = `${commandNames[service] ?? service} ${kebab(operation)}`;
  const parameters = Object.keys(input).length > 0 ? ` --cli-input-json ${json(input)}` : '';
  const where = `./isthmus aws --account ${account} --region ${region}`;
  const wanted = Object.entries(gives).filter(([name]) => used.has(name));
  if (wanted.length === 0) return `${where} ${command}${parameters} >/dev/null`;
  const paths = wanted.map(([, path]) => path.replace(/\.(\d+)/g, '[$1]'));
  const query = paths.length === 1 ? paths[0] : `[${paths.join(', ')}]`;
  const unstarred = paths.some((path) => path.endsWith('DnsName')) ? ` | sed 's/\\*\\.//g'` : '';
  const call = `$(${where} ${command}${parameters} --query '${query}' --output text${unstarred})`;
  if (wanted.length === 1) return `${wanted[0]![0]}=${call}`;
  return [`set -- ${call}`, ...wanted.map(([name], index) => `${name}=$${index + 1}`)].join('; ');
}

/** A host is known by its site's name and its own, the public address is in what the command says. */
function renderSite({ words, gives }: SiteStep, used: Set<string>): string[] {
  const make = `./isthmus site ${words.map(text).join(' ')}`;
  const wanted = Object.entries(gives).filter(([name]) => used.has(name));
  const address = wanted.find(([, path]) => path === 'publicAddress')?.[0];
  const host = wanted.find(([, path]) => path.startsWith('hosts.'))?.[0];
  return [
    address ? `${address}=$(${make} | sed -n 's/^customer gateway //p')` : `${make} >/dev/null`,
    ...(host ? [`${host}=${words[1]}/desk`] : []),
  ];
}

function renderProbe(probe: Probe): string[] {
  const { from, by, host, address, protocol, port, request } = probe;
  const to = port === undefined ? text(host) : `${text(host)}:${port}/${protocol}`;
  const access = request
    ? ` --action ${request.action}${request.resource ? ` --resource '${request.resource}'` : ''}`
    : '';
  const target = text(address ?? host);
  const command = request
    ? `aws${request.endpoint ? ` --endpoint-url https://${text(request.endpoint)}` : ''} --region ${request.region} ${commandNames[request.service] ?? request.service} ${kebab(request.operation)} --cli-input-json ${json(request.input)}`
    : protocol === 'icmp'
      ? `ping${by ? ` -I ${by.address}` : ''} -c 1 -W 1 ${target}`
      : `nc${by ? ` -s ${by.address}` : ''} -v -z -w 1${protocol === 'udp' ? ' -u' : ''} ${target} ${port}`;
  const enter = from.includes('_host') ? 'site exec' : 'exec';
  return [
    `./isthmus explain ${text(by?.interface ?? from)} ${to}${access}`,
    `./isthmus ${enter} ${text(from)} -- ${command}`,
  ];
}

/** `"$vpc1"` for a name, and what stands around it. */
const text = (part: string) => part.replace(/\$\{(\w+)\}/g, '$$$1');

/** As one word of the shell: names become variables outside of the quotes. */
function json(input: unknown): string {
  const quoted = JSON.stringify(input).replaceAll("'", `'\\''`);
  return `'${quoted.replace(/\$\{(\w+)\}/g, `'"$$$1"'`)}'`;
}

function kebab(operation: string): string {
  return operation
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}
