// A parameter store in forty lines: what any server of yours may be. It speaks the protocol of the service it stands for, here
// Systems Manager's JSON, and leaves signatures, permissions and TLS to Isthmus. Who calls, it reads in headers.
//   node labs/your-own-service/parameter-server.mjs [PORT]

import { createServer } from 'node:http';

const parameters = new Map();

const operations = {
  PutParameter({ Name, Value, Overwrite }) {
    const version = (parameters.get(Name)?.Version ?? 0) + 1;
    if (version > 1 && !Overwrite) throw new Error('ParameterAlreadyExists');
    parameters.set(Name, { Name, Value, Type: 'String', Version: version });
    return { Version: version };
  },
  GetParameter({ Name }) {
    if (!parameters.has(Name)) throw new Error('ParameterNotFound');
    return { Parameter: parameters.get(Name) };
  },
};

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  const who = request.headers['x-isthmus-principal-arn'];
  const way = request.headers['x-isthmus-source-vpce'] ?? 'no endpoint';
  console.log(`${operation} ${body} by ${who} over ${way} from ${request.headers['x-isthmus-source-ip']}`);
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  try {
    response.end(JSON.stringify(operations[operation](JSON.parse(body))));
  } catch (error) {
    response.statusCode = 400;
    response.end(JSON.stringify({ __type: error.message, message: `${operation}: ${error.message}` }));
  }
});
server.listen(Number(process.argv[2] ?? 9324), '127.0.0.1');

// It ends with the shell that started it.
const shell = process.ppid;
setInterval(() => process.ppid === shell || process.exit(), 500).unref();
