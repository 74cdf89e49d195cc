import { firstName } from '../first-table.ts';
import type { Asked } from '../region.ts';
import { createBackup, deleteBackup, describeBackup, listBackups } from './backups.ts';
import { describeExport, exportTableToPointInTime, listExports } from './exports.ts';
import { describeImport, importTable, listImports } from './imports.ts';
import { restoreTableFromBackup } from './restores.ts';

type Answer = Record<string, unknown> | Promise<Record<string, unknown>>;

/** The operations of exports, imports and backups. */
export const transferOperations: Readonly<Record<string, (asked: Asked, input: never) => Answer>> = {
  ExportTableToPointInTime: exportTableToPointInTime,
  DescribeExport: describeExport,
  ListExports: listExports,
  ImportTable: importTable,
  DescribeImport: describeImport,
  ListImports: listImports,
  CreateBackup: createBackup,
  DescribeBackup: describeBackup,
  ListBackups: listBackups,
  DeleteBackup: deleteBackup,
  RestoreTableFromBackup: restoreTableFromBackup,
};

/** The member that names the resource, where it is not `TableName`. */
const RESOURCES: Readonly<Record<string, string>> = {
  ExportTableToPointInTime: 'TableArn',
  DescribeExport: 'ExportArn',
  ListExports: 'TableArn',
  DescribeImport: 'ImportArn',
  ListImports: 'TableArn',
  DescribeBackup: 'BackupArn',
  DeleteBackup: 'BackupArn',
  RestoreTableFromBackup: 'BackupArn',
};

/** What one of these operations is about, as its body names it; undefined for an operation about a `TableName`. */
export function transferredResource(operation: string, body: Buffer): string | null | undefined {
  if (operation === 'ImportTable') return importedTable(body);
  return Object.hasOwn(RESOURCES, operation) ? firstName(body, RESOURCES[operation] ?? '') : undefined;
}

function importedTable(body: Buffer): string | null {
  try {
    const { TableCreationParameters: parameters } = JSON.parse(body.toString()) as Record<string, unknown>;
    const { TableName: name } = (parameters ?? {}) as Record<string, unknown>;
    return typeof name === 'string' ? name : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
