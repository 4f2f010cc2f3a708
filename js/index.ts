export { CorrectoverEngine } from './engine.ts'
export {
  AbortedError,
  AllRoutesFailedError,
  BudgetExceededError,
  ConfigError,
  ContractError,
  CorrectoverError,
  DeadlineExceededError,
} from './errors.ts'
export { wrap } from './wrap.ts'
