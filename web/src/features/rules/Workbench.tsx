import { Button, Group, Skeleton, Stack, Text, Tooltip } from '@mantine/core'
import { useDebouncedValue, useHotkeys } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'
import { Section } from '@/components/Section'
import { useUnsavedGuard } from '@/components/unsaved'
import { ApiError, type Schemas } from '@/lib/api'
import { sentence, useExplain } from '@/lib/errors'
import { modelNames } from '@/lib/models'
import { isRoot, useUser } from '@/lib/session'
import { addRule, type Policy, type Problem, read, type Written, write } from './document'
import type { EditorHandle } from './Editor'
import { Problems } from './Problems'
import { testedRules, useWritePolicy } from './queries'
import { Reference } from './Reference'
import classes from './Rules.module.css'
import { FIRST_SAMPLE, sampleOf, type SampleValues } from './sample'
import { Trial } from './Trial'
import { useWords } from './useWords'

const Editor = lazy(async () => ({ default: (await import('./Editor')).Editor }))
const PAUSE_MS = 350

/** The text of the routing policy, and beside it what would come of it. */
export function Workbench({ stored }: { stored: Policy }) {
  const { t } = useTranslation()
  const mayWrite = isRoot(useUser())
  const draft = useDraft(stored)
  const sample = useSample()
  const written = useMemo(() => read(draft.text, (name) => t('rules.unknownPart', { name })), [draft.text, t])
  const trial = useTrial(draft.text, written, sample.values)
  const problems = [...written.problems, ...trial.problems]
  const save = useSave(draft, written)
  if (save.problem) problems.push(save.problem)
  const editor = useRef<EditorHandle>(null)
  const words = useWords()
  const guard = useUnsavedGuard(draft.isDirty)
  const canSave = mayWrite && draft.isDirty && written.policy !== null && trial.problems.length === 0
  useHotkeys([['mod+S', () => canSave && save.run()]])
  const add = (rule: Schemas['RoutingRule']) => {
    const text = addRule(draft.text, rule)
    if (text !== null) draft.change(text)
  }
  return (
    <Page
      title={t('rules.title')}
      about={t('rules.about')}
      actions={
        <Group gap="xs">
          <Button variant="default" disabled={!draft.isDirty} onClick={draft.discard}>
            {t('rules.discard')}
          </Button>
          <Tooltip label={t('rules.lookOnly')} disabled={mayWrite}>
            <Button disabled={!canSave} loading={save.isBusy} onClick={save.run}>
              {t('common.save')}
            </Button>
          </Tooltip>
        </Group>
      }
    >
      <div className={classes.bench}>
        <Stack gap="sm" className={classes.text ?? ''}>
          <Suspense fallback={<Skeleton height="24rem" />}>
            <Editor
              ref={editor}
              label={t('rules.text')}
              value={draft.text}
              problems={problems}
              words={words}
              isReadOnly={!mayWrite}
              onChange={draft.change}
              onSave={() => canSave && save.run()}
            />
          </Suspense>
          <Problems problems={problems} onShow={(problem) => editor.current?.show(problem)} />
          <Text size="xs" c="dimmed">
            {draft.isDirty ? t('rules.unsaved') : t('rules.hint')}
          </Text>
        </Stack>
        <div className={classes.trial}>
          <Trial
            values={sample.values}
            onChange={sample.change}
            tested={trial.tested}
            isDirty={draft.isDirty}
          />
        </div>
        <div className={classes.reference}>
          <Section title={t('rules.reference')} about={t('rules.referenceAbout')}>
            <Reference isReadOnly={!mayWrite} onWord={(word) => editor.current?.insert(word)} onRule={add} />
          </Section>
        </div>
      </div>
      {guard}
    </Page>
  )
}

interface Draft {
  text: string
  isDirty: boolean
  change: (text: string) => void
  discard: () => void
  /** Takes what is stored now as what it started from. */
  restart: (policy: Policy) => void
}

function useDraft(stored: Policy): Draft {
  const [base, setBase] = useState(() => write(stored))
  const [text, setText] = useState(base)
  return {
    text,
    isDirty: text !== base,
    change: setText,
    discard: () => setText(base),
    restart: (policy) => {
      setBase(write(policy))
      setText(write(policy))
    },
  }
}

function useSample() {
  const models = useQuery(modelNames).data
  const [values, setValues] = useState(FIRST_SAMPLE)
  const [isChosen, setChosen] = useState(false)
  // Until somebody names one, the first model that there is.
  const first = models?.find((name) => !name.includes('*')) ?? ''
  return {
    values: isChosen ? values : { ...values, model: first },
    change: (part: Partial<SampleValues>) => {
      setChosen(true)
      setValues((before) => ({ ...before, ...(isChosen ? {} : { model: first }), ...part }))
    },
  }
}

/** Tries the rules as they stand a moment after the last change. */
function useTrial(text: string, written: Written, values: SampleValues) {
  const explain = useExplain()
  const [calm] = useDebouncedValue(
    useMemo(() => ({ written, values }), [written, values]),
    PAUSE_MS,
  )
  const found = useQuery({
    ...testedRules(calm.written.rules, sampleOf(calm.values)),
    enabled: calm.written.problems.length === 0,
  })
  const problems = useMemo(() => {
    if (calm.written !== written || written.problems.length > 0) return []
    if (found.error) return [written.blame(explain(found.error), fieldOf(found.error))]
    if (found.isPlaceholderData) return []
    return (found.data?.rules ?? []).flatMap((rule, index): Problem[] =>
      rule.error == null || rule.holds != null ? [] : [written.blameRule(index, sentence(rule.error))],
    )
  }, [calm.written, written, found.error, found.data, found.isPlaceholderData, explain])
  return { tested: found.data, problems, text }
}

/** Saving what stands there; what is refused points at its place until the text changes. */
function useSave(draft: Draft, written: Written) {
  const { t } = useTranslation()
  const explain = useExplain()
  const store = useWritePolicy()
  const [refused, setRefused] = useState<{ text: string; error: Error } | null>(null)
  const run = () => {
    if (!written.policy) return
    store.mutate(written.policy, {
      onSuccess: (policy) => {
        draft.restart(policy)
        notifications.show({ message: t('common.saved') })
      },
      onError: (error) => setRefused({ text: draft.text, error }),
    })
  }
  const problem =
    refused?.text === draft.text ? written.blame(explain(refused.error), fieldOf(refused.error)) : null
  return { run, problem, isBusy: store.isPending }
}

function fieldOf(error: Error): string {
  return error instanceof ApiError ? error.field : ''
}
