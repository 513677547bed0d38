/** What the server sends with a form so that the page keeps it in step (see engine/runtime/form_trees.py). */

import type { Json, Tree, Type, World } from "../../../engine/language/backends/javascript/source/language.ts";

export type { Json };

/** A text in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** A tree with its version and type, or 0 where only the server decides. */
export type Condition = readonly [number, Tree, Type] | 0;

/** One field. What is not there is not so: no condition, no bound. */
export interface SentField {
  readonly key: string;
  readonly kind: string;
  /** Null where the page does not read values of the field, only whether there are any. */
  readonly type?: Type;
  readonly required?: "create" | "submit";
  readonly system?: true;
  readonly closed?: true;
  /** What the field holds is for the server to say: a rule fills it, or it is computed from what the page lacks. */
  readonly unknown?: true;
  readonly options?: readonly string[];
  readonly limits?: { readonly min?: string; readonly max?: string; readonly max_length?: number };
  readonly scale?: number;
  readonly digits?: number;
  /** The message for each kind of problem, by its code. */
  readonly says: { readonly [code: string]: Text };
  readonly validations?: readonly (readonly [Condition, Text])[];
  readonly visible?: Condition;
  readonly requiredWhen?: Condition;
  readonly readOnly?: Condition;
  readonly computed?: Condition;
  readonly default?: Condition;
  readonly section?: string;
  readonly lines?: readonly SentField[];
  readonly order?: readonly string[];
}

/** A state, and whether a record in it is a draft. */
export type Stage = readonly [state: string | null, draft: boolean];

export interface Sent {
  readonly new: boolean;
  readonly form: readonly [app: string, key: string];
  readonly fields: readonly SentField[];
  readonly sections: { readonly [key: string]: Condition };
  /** The computed fields that the page computes, each after those it reads. */
  readonly order: readonly string[];
  /** When one of these changes the server is asked. */
  readonly asks: readonly string[];
  readonly stages: { readonly now: Stage; readonly ahead: Stage };
  /** The fields without which the transition does not fire. */
  readonly must: readonly string[];
  readonly before: Values;
  readonly world: World;
  /** The form asks for what a transition needs, and stands as the transition finds it. */
  readonly single?: boolean;
  /** What such a form must have filled, whatever the form requires. */
  readonly needs?: readonly string[];
}

export type Values = { readonly [key: string]: Json };

/** Something wrong at a place, as the server names it: `price`, `items[0].price`. */
export interface Found {
  readonly code: string;
  readonly path: string;
  readonly message: Text;
}
