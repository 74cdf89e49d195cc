/** How an export can be spoilt: all but the last end COMPLETED, and only who reads the manifests finds out. */
export type ExportFault =
  /** A data file of the manifest is not in the bucket. */
  | 'loseDataFile'
  /** The checksum that the manifest states for a data file is that of other bytes. */
  | 'corruptChecksum'
  /** The manifest of the files is not the one that its checksum file was made for. */
  | 'corruptManifest'
  /** FAILED after some of the data files were written. */
  | 'failHalfWay';

/** FAILED after half of every object was loaded; the table stays with what it has (pitfall 29). */
export type ImportFault = 'failHalfWay';

/** Faults that wait for the next export and import of any account, in the order in which they were asked for. */
export interface TransferFaults {
  readonly exports: ExportFault[];
  readonly imports: ImportFault[];
}

export const createTransferFaults = (): TransferFaults => ({ exports: [], imports: [] });
