// What the runtime is asked for: one instance as it should be, and the files its root disk is given from outside.

import { createHash } from 'node:crypto';
import type { DhcpAnswer } from '../cloud/dhcp-options.ts';
import type { SandboxId } from '../cloud/id.ts';

export interface WantedInstance {
  instanceId: SandboxId;
  desiredState: 'running' | 'stopped' | 'terminated';
  /** A running sandbox of a lower number is stopped and started anew. */
  bootNumber: number;
  /** `ip-10-0-1-5` */
  hostname: string;
  /** `ec2.internal` */
  domain: string;
  /** What a DHCP server would tell it. */
  dhcp: DhcpAnswer;
  region: string;
  networkNamespacePath: string;
  userNamespacePath: string;
  /** Base64, as it came. */
  userData?: string;
  /** A certificate, as PEM, that all its programs trust besides those the image trusts. */
  certificateAuthority?: string;
  /** More files for the root disk. */
  files?: SeedFile[];
  /** More variables for every process. */
  environment?: Record<string, string>;
}

/** Where Debian keeps every certificate that is trusted, in one file. */
export const trustedCertificatesPath = '/etc/ssl/certs/ca-certificates.crt';
/** Where `update-ca-certificates` finds ours, should somebody in the instance run it. */
const authorityPath = '/usr/local/share/ca-certificates/isthmus.crt';
/** Python, Node, curl and the AWS CLI each look at a variable of their own, and some of them at nothing else. */
const trustEnvironment = {
  AWS_CA_BUNDLE: trustedCertificatesPath,
  REQUESTS_CA_BUNDLE: trustedCertificatesPath,
  SSL_CERT_FILE: trustedCertificatesPath,
  CURL_CA_BUNDLE: trustedCertificatesPath,
  NODE_EXTRA_CA_CERTS: authorityPath,
};

export interface SeedFile {
  path: string;
  content: string | Buffer;
  /** `0644` when absent. */
  mode?: string;
  /** `first`: only on the first boot, the instance's own from then on. */
  when: 'first' | 'always';
}

/**
 * The seed as the launcher reads it: a line of words that ends with a length, that many bytes, a newline.
 * `file always 0644 /etc/hostname 12` · `env AWS_DEFAULT_REGION 9`
 * @param imageCertificates what the image trusts, one PEM after the other
 */
export function renderSeed(wanted: WantedInstance, imageCertificates: Buffer = Buffer.alloc(0)): Buffer {
  const trust = wanted.certificateAuthority === undefined ? {} : trustEnvironment;
  const environment = { AWS_DEFAULT_REGION: wanted.region, ...trust, ...wanted.environment };
  const records = [
    ...Object.entries(environment).map(([name, value]) => record(['env', name], value)),
    ...seedFiles(wanted, environment, imageCertificates).map((file) =>
      record(['file', file.when, file.mode ?? '0644', file.path], file.content),
    ),
  ];
  return Buffer.concat(records);
}

function record(words: string[], content: string | Buffer): Buffer {
  const body = Buffer.from(content as string);
  return Buffer.concat([Buffer.from(`${words.join(' ')} ${body.length}\n`), body, Buffer.from('\n')]);
}

function seedFiles(
  wanted: WantedInstance,
  environment: Record<string, string>,
  imageCertificates: Buffer,
): SeedFile[] {
  const { hostname, domain, instanceId, certificateAuthority } = wanted;
  const environmentLines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
  return [
    { when: 'always', path: '/etc/hostname', content: `${hostname}\n` },
    { when: 'always', path: '/etc/resolv.conf', content: renderResolverFile(wanted.dhcp) },
    { when: 'always', path: '/etc/dhcp-options', content: renderDhcpOptions(wanted.dhcp) },
    { when: 'always', path: '/etc/environment', content: environmentLines.join('') },
    { when: 'first', path: '/etc/hosts', content: renderHosts(hostname, domain) },
    { when: 'first', path: '/etc/machine-id', content: `${machineId(instanceId)}\n`, mode: '0444' },
    ...(wanted.userData === undefined ? [] : [userDataFile(wanted.userData)]),
    ...(certificateAuthority === undefined ? [] : trustFiles(certificateAuthority, imageCertificates)),
    ...(wanted.files ?? []),
    // ORDER: last. This file is how the launcher knows that there was a first boot.
    { when: 'first', path: '/var/lib/cloud/data/instance-id', content: `${instanceId}\n` },
  ];
}

/** KERNEL: the C library takes three servers and no more. */
const mostNameServers = 3;

function renderResolverFile({ searchDomains, nameServers }: DhcpAnswer): string {
  const search = searchDomains.length > 0 ? `search ${searchDomains.join(' ')}\n` : '';
  return `${search}${nameServers
    .slice(0, mostNameServers)
    .map((server) => `nameserver ${server}\n`)
    .join('')}`;
}

/** As they are set, for those that nobody in the image acts on: `ntp-servers 10.0.0.5`. */
function renderDhcpOptions({ configurations }: DhcpAnswer): string {
  return configurations.map(({ key, values }) => `${key} ${values.join(' ')}\n`).join('');
}

function renderHosts(hostname: string, domain: string): string {
  return `127.0.0.1 localhost\n127.0.1.1 ${hostname}.${domain} ${hostname}\n`;
}

function userDataFile(userData: string): SeedFile {
  const content = Buffer.from(userData, 'base64');
  return { when: 'always', path: '/var/lib/cloud/instance/user-data.txt', content, mode: '0600' };
}

/** What `update-ca-certificates` would have made of it. */
function trustFiles(certificateAuthority: string, imageCertificates: Buffer): SeedFile[] {
  const all = Buffer.concat([imageCertificates, Buffer.from(certificateAuthority)]);
  return [
    { when: 'first', path: authorityPath, content: certificateAuthority },
    { when: 'first', path: trustedCertificatesPath, content: all },
  ];
}

function machineId(instanceId: SandboxId): string {
  return createHash('sha256').update(instanceId).digest('hex').slice(0, 32);
}
