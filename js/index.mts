// The same package for `import`: by name, from the one implementation, so that there is one state and one of each class.

export {
  AbortedError,
  AllRoutesFailedError,
  BudgetExceededError,
  ConfigError,
  ContractError,
  CorrectoverEngine,
  CorrectoverError,
  DeadlineExceededError,
  wrap,
} from './index.ts'
