// Which of S3's operations a request is: by method, by whether it names a bucket and a key, and by its sub-resource
// (`?acl`, `?uploads`). All of AWS's are known by name, so that one we do not have is refused as itself.

export type Level = 'service' | 'bucket' | 'object';

interface OperationModel {
  name: string;
  /** Parameters that must be there; `list-type=2` with this value. */
  parameters: string[];
  /** A header that must be there. */
  header?: string;
}

// Each line: the sub-resource, then operations. `G` is GET, `P` PUT, `D` DELETE, `O` POST, `H` HEAD.
const bucketOperations = `
  - P:CreateBucket D:DeleteBucket H:HeadBucket G:ListObjects O:PostObject
  list-type=2 G:ListObjectsV2
  versions G:ListObjectVersions
  uploads G:ListMultipartUploads
  delete O:DeleteObjects
  location G:GetBucketLocation
  policy G:GetBucketPolicy P:PutBucketPolicy D:DeleteBucketPolicy
  policyStatus G:GetBucketPolicyStatus
  versioning G:GetBucketVersioning P:PutBucketVersioning
  tagging G:GetBucketTagging P:PutBucketTagging D:DeleteBucketTagging
  acl G:GetBucketAcl P:PutBucketAcl
  publicAccessBlock G:GetPublicAccessBlock P:PutPublicAccessBlock D:DeletePublicAccessBlock
  ownershipControls G:GetBucketOwnershipControls P:PutBucketOwnershipControls D:DeleteBucketOwnershipControls
  encryption G:GetBucketEncryption P:PutBucketEncryption D:DeleteBucketEncryption
  cors G:GetBucketCors P:PutBucketCors D:DeleteBucketCors
  lifecycle G:GetBucketLifecycleConfiguration P:PutBucketLifecycleConfiguration D:DeleteBucketLifecycle
  website G:GetBucketWebsite P:PutBucketWebsite D:DeleteBucketWebsite
  logging G:GetBucketLogging P:PutBucketLogging
  notification G:GetBucketNotificationConfiguration P:PutBucketNotificationConfiguration
  accelerate G:GetBucketAccelerateConfiguration P:PutBucketAccelerateConfiguration
  requestPayment G:GetBucketRequestPayment P:PutBucketRequestPayment
  replication G:GetBucketReplication P:PutBucketReplication D:DeleteBucketReplication
  object-lock G:GetObjectLockConfiguration P:PutObjectLockConfiguration
  abac G:GetBucketAbac P:PutBucketAbac
  session G:CreateSession
  analytics G:ListBucketAnalyticsConfigurations
  analytics&id G:GetBucketAnalyticsConfiguration P:PutBucketAnalyticsConfiguration D:DeleteBucketAnalyticsConfiguration
  inventory G:ListBucketInventoryConfigurations
  inventory&id G:GetBucketInventoryConfiguration P:PutBucketInventoryConfiguration D:DeleteBucketInventoryConfiguration
  metrics G:ListBucketMetricsConfigurations
  metrics&id G:GetBucketMetricsConfiguration P:PutBucketMetricsConfiguration D:DeleteBucketMetricsConfiguration
  intelligent-tiering G:ListBucketIntelligentTieringConfigurations
  intelligent-tiering&id G:GetBucketIntelligentTieringConfiguration P:PutBucketIntelligentTieringConfiguration D:DeleteBucketIntelligentTieringConfiguration
  metadataConfiguration G:GetBucketMetadataConfiguration O:CreateBucketMetadataConfiguration D:DeleteBucketMetadataConfiguration
  metadataTable G:GetBucketMetadataTableConfiguration O:CreateBucketMetadataTableConfiguration D:DeleteBucketMetadataTableConfiguration
  metadataInventoryTable P:UpdateBucketMetadataInventoryTableConfiguration
  metadataJournalTable P:UpdateBucketMetadataJournalTableConfiguration
  metadataAnnotationTable P:UpdateBucketMetadataAnnotationTableConfiguration`;

const objectOperations = `
  - G:GetObject H:HeadObject P:PutObject P:CopyObject/x-amz-copy-source D:DeleteObject
  tagging G:GetObjectTagging P:PutObjectTagging D:DeleteObjectTagging
  acl G:GetObjectAcl P:PutObjectAcl
  attributes G:GetObjectAttributes
  uploads O:CreateMultipartUpload
  partNumber&uploadId P:UploadPart P:UploadPartCopy/x-amz-copy-source
  uploadId O:CompleteMultipartUpload D:AbortMultipartUpload G:ListParts
  legal-hold G:GetObjectLegalHold P:PutObjectLegalHold
  retention G:GetObjectRetention P:PutObjectRetention
  torrent G:GetObjectTorrent
  restore O:RestoreObject
  select&select-type=2 O:SelectObjectContent
  renameObject P:RenameObject
  encryption P:UpdateObjectEncryption
  annotation G:ListObjectAnnotations
  annotation&annotationName G:GetObjectAnnotation P:PutObjectAnnotation D:DeleteObjectAnnotation`;

const methodNames: Record<string, string> = { G: 'GET', P: 'PUT', D: 'DELETE', O: 'POST', H: 'HEAD' };

function readModel(text: string): Map<string, OperationModel[]> {
  const models = new Map<string, OperationModel[]>();
  for (const line of text.trim().split('\n')) {
    const [resource, ...operations] = line.trim().split(' ');
    for (const operation of operations) {
      const [, letter, name, header] = /^(\w):(\w+)(?:\/(.*))?$/.exec(operation)!;
      const parameters = resource === '-' ? [] : resource!.split('&');
      const model = { name: name!, parameters, ...(header && { header }) };
      const method = methodNames[letter!]!;
      models.set(method, [...(models.get(method) ?? []), model]);
    }
  }
  // What asks for most comes first: UploadPartCopy before UploadPart before CopyObject before PutObject.
  const weight = ({ parameters, header }: OperationModel) => parameters.length * 2 + (header ? 1 : 0);
  for (const list of models.values()) list.sort((a, b) => weight(b) - weight(a));
  return models;
}

const models: Record<Level, Map<string, OperationModel[]>> = {
  service: readModel('- G:ListBuckets'),
  bucket: readModel(bucketOperations),
  object: readModel(objectOperations),
};

/** `partNumber` also says which part of an object is read. */
const details = new Set(['list-type', 'partNumber']);

const subResources: Record<Level, Set<string>> = {
  service: new Set(),
  bucket: subResourcesOf(models.bucket),
  object: subResourcesOf(models.object),
};

function subResourcesOf(byMethod: Map<string, OperationModel[]>): Set<string> {
  const names = [...byMethod.values()].flat().flatMap(({ parameters }) => parameters[0] ?? []);
  return new Set(names.map((name) => name.split('=')[0]!).filter((name) => !details.has(name)));
}

/** AWS's name for the operation; undefined where the method is none that the resource has. */
export function findOperationName(
  method: string,
  level: Level,
  query: ReadonlyMap<string, string>,
  headers: Record<string, unknown>,
): string | undefined {
  const candidates = models[level].get(method) ?? [];
  const found = candidates.find(
    ({ parameters, header }) =>
      parameters.every((parameter) => {
        const [name, value] = parameter.split('=') as [string, string?];
        return query.has(name) && (value === undefined || query.get(name) === value);
      }) &&
      (header === undefined || headers[header] !== undefined),
  );
  // `DELETE ?acl` must not delete the bucket: a sub-resource without an operation for the method is refused.
  if (found?.parameters.length === 0 && [...query.keys()].some((name) => subResources[level].has(name))) {
    return undefined;
  }
  return found?.name;
}
