/**
 * Compiles the schema of a route when it is first asked for. There are a hundred of them, and compiling them all would take a
 * core for most of a second right after the start.
 */

import AjvCompiler, { type BuildCompilerFromPool } from '@fastify/ajv-compiler';

/** The server looks for `errors` after a call. */
interface Validate {
  (data: unknown): unknown;
  errors?: unknown;
}

type Build = (route: unknown) => Validate;

function buildLater(externalSchemas: unknown, options: unknown): Build {
  const makeBuild = AjvCompiler() as unknown as (externalSchemas: unknown, options: unknown) => Build;
  let build: Build | undefined;
  return (route) => {
    let compiled: Validate | undefined;
    const validate: Validate = (data) => {
      build ??= makeBuild(externalSchemas, options);
      compiled ??= build(route);
      const isRight = compiled(data);
      validate.errors = compiled.errors;
      return isRight;
    };
    return validate;
  };
}

export const lazyValidators: BuildCompilerFromPool = buildLater as unknown as BuildCompilerFromPool;
