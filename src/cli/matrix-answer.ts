// What the daemon says of who reaches whom, as the command reads it.

export interface MatrixMember {
  id: string;
  kind: 'instance' | 'host' | 'endpoint';
  /** The shortest name that means it alone. */
  label: string;
  names: string[];
  address?: string;
  vpcId?: string;
  vpcName?: string;
  accountId?: string;
}

export interface MatrixCell {
  from: string;
  to: string;
  /** `443`, `53/udp`, `ping` */
  flow: string;
  arrives: boolean;
  /** The id that stops it, or lets it in. */
  at: string;
  /** The kind of stop. Absent: it arrives. */
  code?: string;
  because: string;
  /** Set when packets were sent. Without `agrees` they prove nothing. */
  probe?: { fate: 'answered' | 'refused' | 'silent' | 'not sent'; agrees?: boolean };
}

export interface Matrix {
  members: MatrixMember[];
  cells: MatrixCell[];
}

export function labelsOf({ members }: Matrix): Map<string, string> {
  return new Map(members.map(({ id, label }) => [id, label]));
}

/** `no inbound rule of sg-… allows it [ENI_SG_RULES_MISMATCH]` */
export function reasonOf({ because, code }: Pick<MatrixCell, 'because' | 'code'>): string {
  return code === undefined ? because : `${because} [${code}]`;
}
