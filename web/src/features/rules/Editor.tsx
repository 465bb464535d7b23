import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { styleNonce } from '@/lib/theme'
import classes from './Editor.module.css'
import type { Problem } from './document'

/** Something that can be written, and what it means. */
export interface Word {
  label: string
  detail?: string
  info?: string
}

/** What the rest of the page can do with the editor. */
export interface EditorHandle {
  /** Writes at the cursor. */
  insert: (text: string) => void
  /** Leads to a place. */
  show: (place: Pick<Problem, 'from' | 'to'>) => void
}

interface Props {
  label: string
  value: string
  problems: Problem[]
  words: Word[]
  isReadOnly: boolean
  onChange: (text: string) => void
  onSave: () => void
  ref: Ref<EditorHandle>
}

/** A text with line numbers, what is wrong with it, and words to choose from. Loaded only where it is shown. */
export function Editor({ label, value, problems, words, isReadOnly, onChange, onSave, ref }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const phrases = usePhrases()
  const latest = useEffectEvent(() => value)
  const changed = useEffectEvent(onChange)
  const save = useEffectEvent(onSave)
  useEffect(() => {
    if (!place.current) return undefined
    const made = new EditorView({
      parent: place.current,
      doc: latest(),
      extensions: [
        keymap.of([{ key: 'Mod-s', run: handled(save) }]),
        basics(),
        EditorState.phrases.of(phrases),
        EditorState.readOnly.of(isReadOnly),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString())
        }),
        autocompletion({ override: [(context) => complete(context, words)], icons: false }),
      ],
    })
    view.current = made
    return () => made.destroy()
  }, [label, words, isReadOnly, phrases])
  useEffect(() => {
    const text = view.current?.state.doc
    if (text && text.toString() !== value) {
      view.current?.dispatch({ changes: { from: 0, to: text.length, insert: value } })
    }
  }, [value])
  useEffect(() => {
    const shown = view.current
    if (!shown) return
    const end = shown.state.doc.length
    const marks = problems.map(({ from, to, message }) => ({
      from: Math.min(from, end),
      to: Math.min(to, end),
      severity: 'error' as const,
      message,
    }))
    shown.dispatch(setDiagnostics(shown.state, marks))
  }, [problems, label, words, isReadOnly, phrases])
  useImperativeHandle(ref, () => ({
    insert: (text) => {
      view.current?.dispatch(view.current.state.replaceSelection(text))
      view.current?.focus()
    },
    show: ({ from, to }) => {
      view.current?.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true })
      view.current?.focus()
    },
  }))
  return <div ref={place} className={classes.editor} />
}

function handled(act: () => void): () => boolean {
  return () => {
    act()
    return true
  }
}

function basics(): Extension {
  return [
    EditorView.cspNonce.of(styleNonce()),
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    EditorView.lineWrapping,
    yaml(),
    syntaxHighlighting(classHighlighter),
    // The tabulator leaves the editor, as it does every field.
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
  ]
}

function complete(context: CompletionContext, words: Word[]): CompletionResult | null {
  const begun = context.matchBefore(/[A-Za-z_]\w*/)
  if (!begun && !context.explicit) return null
  return { from: begun?.from ?? context.pos, options: words, validFor: /^\w*$/ }
}

function usePhrases(): Record<string, string> {
  const { t } = useTranslation()
  return useMemo(
    () => ({
      Completions: t('rules.editor.completions'),
      Diagnostics: t('rules.editor.problems'),
      'No diagnostics': t('rules.editor.noProblems'),
    }),
    [t],
  )
}
