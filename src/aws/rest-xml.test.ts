import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { childrenOf, childText, parseXml, renderDocument, XmlSyntaxError } from './rest-xml.ts';
import { hasForbiddenCharacter } from './xml.ts';

test('what is rendered is read again', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !hasForbiddenCharacter(value));
  fc.assert(
    fc.property(fc.array(fc.record({ Key: text, Value: text }, { noNullPrototype: true })), (tags) => {
      const document = parseXml(renderDocument('TagSet', { Tag: tags }));
      const read = childrenOf(document, 'Tag').map((tag) => ({
        Key: childText(tag, 'Key'),
        Value: childText(tag, 'Value'),
      }));
      assert.deepEqual(read, tags);
    }),
  );
});

test('declarations, comments, prefixes, attributes and CDATA', () => {
  const element = parseXml(
    `\uFEFF<?xml version="1.0" encoding="UTF-8"?>
     <!-- a -->
     <s3:A xmlns:s3="urn:x" kind='b &amp; c'><B/><B>1&lt;&#50;&#x33;</B><![CDATA[<&>]]></s3:A>`,
  );
  assert.deepEqual(
    [element.name, element.attributes.kind, element.text, childrenOf(element, 'B').map(({ text }) => text)],
    ['A', 'b & c', '<&>', ['', '1<23']],
  );
});

test('what is not one well-formed element is refused', () => {
  const documents = [
    '',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a b=c/>',
    '<a>&unknown;</a>',
    '<a>& </a>',
    '<!DOCTYPE a><a/>',
    '<?php ?><a/>',
    `${'<a>'.repeat(50)}${'</a>'.repeat(50)}`,
  ];
  for (const document of documents) assert.throws(() => parseXml(document), XmlSyntaxError, document);
});
