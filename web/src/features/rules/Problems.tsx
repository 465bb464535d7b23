import { Alert, Button, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './Rules.module.css'
import type { Problem } from './document'

interface Props {
  problems: Problem[]
  onShow: (problem: Problem) => void
}

/** What is wrong with the text, each with the way to its place. */
export function Problems({ problems, onShow }: Props) {
  const { t } = useTranslation()
  if (problems.length === 0) return null
  return (
    <Alert color="red" role="alert" title={t('rules.problems', { count: problems.length })}>
      <Stack gap={2} align="flex-start">
        {problems.map((problem) => (
          <Button
            key={`${problem.from} ${problem.message}`}
            variant="transparent"
            size="compact-sm"
            color="red"
            className={classes.problem}
            onClick={() => onShow(problem)}
          >
            {t('rules.inLine', { line: problem.line, message: problem.message })}
          </Button>
        ))}
      </Stack>
    </Alert>
  )
}
