// What the studio uses of idiomorph, which brings no types.
declare module "idiomorph" {
  interface Callbacks {
    beforeAttributeUpdated?: (name: string, node: Element, kind: "update" | "remove") => boolean;
    beforeNodeMorphed?: (old: Node, next: Node) => boolean;
  }
  export const Idiomorph: {
    morph: (
      old: Element,
      next: Element | string,
      config?: { morphStyle?: "innerHTML" | "outerHTML"; ignoreActiveValue?: boolean; callbacks?: Callbacks },
    ) => Node[];
  };
}
