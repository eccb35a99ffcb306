// The fields that a flow log's lines may have, by the version of flow logs that brought them, and formats as texts.

const fieldsOfVersion = {
  2: [
    ...['version', 'account-id', 'interface-id', 'srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol'],
    ...['packets', 'bytes', 'start', 'end', 'action', 'log-status'],
  ],
  3: ['vpc-id', 'subnet-id', 'instance-id', 'tcp-flags', 'type', 'pkt-srcaddr', 'pkt-dstaddr'],
  4: ['region', 'az-id', 'sublocation-type', 'sublocation-id'],
  5: ['pkt-src-aws-service', 'pkt-dst-aws-service', 'flow-direction', 'traffic-path'],
};

/** Fields of versions 6 to 11, which AWS has and Isthmus has not. */
export const laterFields = [
  ...['resource-type', 'tgw-id', 'tgw-attachment-id', 'tgw-pair-attachment-id', 'tgw-src-vpc-account-id'],
  ...['tgw-dst-vpc-account-id', 'tgw-src-vpc-id', 'tgw-dst-vpc-id', 'tgw-src-subnet-id', 'tgw-dst-subnet-id'],
  ...['tgw-src-eni', 'tgw-dst-eni', 'tgw-src-az-id', 'tgw-dst-az-id', 'packets-lost-no-route'],
  ...['packets-lost-blackhole', 'packets-lost-mtu-exceeded', 'packets-lost-ttl-expired'],
  ...['ecs-cluster-arn', 'ecs-cluster-name', 'ecs-container-instance-arn', 'ecs-container-instance-id'],
  ...['ecs-container-id', 'ecs-second-container-id', 'ecs-service-name', 'ecs-task-definition-arn'],
  ...['ecs-task-arn', 'ecs-task-id', 'reject-reason', 'resource-id', 'encryption-status'],
  ...['instance-tag', 'instance-tag-2', 'interface-tag', 'interface-tag-2', 'asg-tag', 'asg-tag-2'],
];

const versions = new Map(
  Object.entries(fieldsOfVersion).flatMap(([version, names]) => names.map((name) => [name, Number(version)])),
);

export const isKnownField = (name: string) => versions.has(name);

/** Version 2: `${version} ${account-id} … ${log-status}` */
export const defaultLogFormat = fieldsOfVersion[2].map((name) => `\${${name}}`).join(' ');

/** `${srcaddr} ${dstaddr}` is two names. Undefined: it is no such text. */
export function readLogFormat(logFormat: string): string[] | undefined {
  const words = logFormat.split(' ');
  const names = words.flatMap((word) => /^\$\{([a-z0-9-]+)\}$/.exec(word)?.[1] ?? []);
  return names.length === words.length ? names : undefined;
}

/** AWS: the version of a format is that of its newest field. */
export function versionOf(names: readonly string[]): number {
  return Math.max(2, ...names.map((name) => versions.get(name) ?? 2));
}
