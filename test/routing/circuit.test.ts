import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Circuit, createCircuits, newCircuit } from '../../plugins/breaker/circuit.ts'

const options = { failures: 3, pause: 100, longestPause: 700 }
const { isOpen, openUntil, begin, learn, rest } = createCircuits(options)

/** The rules again, as plainly as they can be said: when may a call begin, and what does its end mean? */
interface Model {
  now: number
  failuresInRow: number
  /** Pauses since the last good answer. */
  openings: number
  openUntil: number
  restUntil: number
  isCalling: boolean
}
type Real = { readonly circuit: Circuit; isProbe: boolean }

const mayCall = ({ now, openUntil, restUntil }: Model) => openUntil <= now && restUntil <= now

abstract class Step implements fc.Command<Model, Real> {
  abstract move(model: Model, real: Real): void
  check(_: Readonly<Model>): boolean {
    return true
  }
  run(model: Model, real: Real): void {
    this.move(model, real)
    const isProbing = model.isCalling && model.openUntil > 0
    expect(isOpen(real.circuit, model.now)).toBe(!mayCall(model) || isProbing)
    expect(real.circuit.failuresInRow).toBe(model.failuresInRow)
    if (!mayCall(model)) expect(openUntil(real.circuit)).toBe(Math.max(model.openUntil, model.restUntil))
  }
  toString = () => `${this.constructor.name}(${Object.values(this).filter(v => typeof v === 'number')})`
}

class Wait extends Step {
  readonly ms: number
  constructor(ms: number) {
    super()
    this.ms = ms
  }
  override move(model: Model): void {
    model.now += this.ms
  }
}

class Begin extends Step {
  override check = (model: Readonly<Model>) => mayCall(model) && !model.isCalling
  override move(model: Model, real: Real): void {
    real.isProbe = begin(real.circuit)
    model.isCalling = true
  }
}

abstract class End extends Step {
  override check = ({ isCalling }: Readonly<Model>) => isCalling
  override move(model: Model, real: Real): void {
    model.isCalling = false
    this.end(model, real)
  }
  abstract end(model: Model, real: Real): void
}

class Succeed extends End {
  override end(model: Model, { circuit, isProbe }: Real): void {
    learn(circuit, { lesson: 'success', isProbe, at: model.now })
    Object.assign(model, { failuresInRow: 0, openings: 0, openUntil: 0 })
  }
}

class Fail extends End {
  override end(model: Model, { circuit, isProbe }: Real): void {
    learn(circuit, { lesson: 'failure', isProbe, at: model.now })
    if (++model.failuresInRow < options.failures) return
    const pause = Math.min(options.pause * 2 ** model.openings++, options.longestPause)
    model.openUntil = model.now + pause
  }
}

class Forget extends End {
  override end(model: Model, { circuit, isProbe }: Real): void {
    learn(circuit, { lesson: 'nothing', isProbe, at: model.now })
  }
}

class Rest extends End {
  readonly ms: number
  constructor(ms: number) {
    super()
    this.ms = ms
  }
  override end(model: Model, { circuit, isProbe }: Real): void {
    learn(circuit, { lesson: 'nothing', isProbe, at: model.now })
    rest(circuit, model.now + this.ms)
    model.restUntil = Math.max(model.restUntil, model.now + this.ms)
  }
}

describe('createCircuits()', () => {
  test('does what its rules say, whatever happens to it, one call after the other', () => {
    const steps = [
      fc.integer({ min: 1, max: 400 }).map(ms => new Wait(ms)),
      fc.constant(new Begin()),
      fc.constant(new Begin()),
      fc.constant(new Fail()),
      fc.constant(new Fail()),
      fc.constant(new Succeed()),
      fc.constant(new Forget()),
      fc.integer({ min: 0, max: 300 }).map(ms => new Rest(ms)),
    ]
    const opened = { times: 0 }
    fc.assert(
      fc.property(fc.commands(steps, { maxCommands: 200, size: 'max' }), commands => {
        const model: Model = {
          now: 1000,
          failuresInRow: 0,
          openings: 0,
          openUntil: 0,
          restUntil: 0,
          isCalling: false,
        }
        fc.modelRun(() => ({ model, real: { circuit: newCircuit(), isProbe: false } }), commands)
        opened.times = Math.max(opened.times, model.openings)
      }),
      { numRuns: 500 },
    )
    // Otherwise the commands never came as far as a pause that doubles.
    expect(opened.times).toBeGreaterThan(2)
  })

  test('lets exactly one of many callers through when the pause is over', () => {
    const circuit = newCircuit()
    for (let i = 0; i < 3; i++) learn(circuit, { lesson: 'failure', isProbe: false, at: 0 })
    const callers = () => {
      let through = 0
      for (let i = 0; i < 10; i++) {
        if (isOpen(circuit, 100)) continue
        begin(circuit)
        through++
      }
      return through
    }
    expect([isOpen(circuit, 99), callers(), callers()]).toEqual([true, 1, 0])
    learn(circuit, { lesson: 'nothing', isProbe: true, at: 100 })
    expect(callers()).toBe(1)
    learn(circuit, { lesson: 'success', isProbe: true, at: 100 })
    expect(callers()).toBe(10)
  })

  test('never pauses longer than the longest pause, however long it goes on', () => {
    const circuit = newCircuit()
    let now = 0
    for (let i = 0; i < 2000; i++) {
      learn(circuit, { lesson: 'failure', isProbe: begin(circuit), at: now })
      expect(openUntil(circuit) - now).toBeLessThanOrEqual(700)
      now = Math.max(now, openUntil(circuit))
    }
    expect(isOpen(circuit, now)).toBe(false)
  })
})
