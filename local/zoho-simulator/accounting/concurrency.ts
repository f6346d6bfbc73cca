/** Counts calls that are under way. */
export class ConcurrencyGauge {
  private current = 0;
  /** Most calls at a time since the start or the last reset. */
  highest = 0;

  /** @returns how many calls are under way, this one included, and how to end it */
  enter(): { readonly underWay: number; readonly leave: () => void } {
    this.current += 1;
    this.highest = Math.max(this.highest, this.current);
    let left = false;
    return {
      underWay: this.current,
      leave: () => {
        if (left) return;
        left = true;
        this.current -= 1;
      },
    };
  }

  reset(): void {
    this.highest = this.current;
  }
}
