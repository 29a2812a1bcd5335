#!/usr/bin/env bun
/** `modelway COMMAND`: what `start.ts` does, but without a command it tells what there is. */
import { become, install } from '../start.ts'

const args = process.argv.slice(2)
install(false)
become(args.length === 0 ? ['--help'] : args)
