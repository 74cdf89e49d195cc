/** One reason why a definition is refused, in the service's form. */
export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  /** Place in the definition, such as `/States/Copy/Next`. */
  readonly location: string;
}

/** Collects diagnostics while a definition is read. */
export interface Report {
  readonly diagnostics: Diagnostic[];
  /** Adds a reason with the code `SCHEMA_VALIDATION_FAILED`, or another one. */
  refuse(location: string, message: string, code?: string): void;
}

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  return {
    diagnostics,
    refuse: (location, message, code = 'SCHEMA_VALIDATION_FAILED') => diagnostics.push({ code, message, location }),
  };
}
