// Start every player on the page that has not been started. Nothing moves until the reader asks for it.
(() => {
  const icon = (shapes) => `<svg viewBox="0 0 24 24" aria-hidden="true">${shapes}</svg>`;
  const controls = `
    <button type="button" data-do="previous" aria-label="Previous step">
      ${icon('<path d="M5 5h3v14H5zM20 5v14L9 12z"/>')}</button>
    <button type="button" data-do="play" aria-label="Play">
      ${icon('<path class="lesson-play" d="M6 4v16l14-8z"/><path class="lesson-pause" d="M6 4h4v16H6zM14 4h4v16h-4z"/>')}</button>
    <button type="button" data-do="next" aria-label="Next step">
      ${icon('<path d="M16 5h3v14h-3zM4 5v14l11-7z"/>')}</button>
    <input type="range" min="1" step="1" autocomplete="off" aria-label="Step of the animation">`;

  const start = (figure) => {
    figure.lessonPlayer = true;
    const data = JSON.parse(figure.dataset.player);
    const last = data.frames.length - 1;
    if (last === 0) return;
    const image = figure.querySelector(".lesson-frame"), line = figure.querySelector(".lesson-step");
    const frames = data.frames.map((source) => source ?? image.src);
    // Made here, so that a page on which no script runs shows no dead controls.
    const panel = document.createElement("div");
    panel.className = "lesson-controls";
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", "Animation");
    panel.innerHTML = controls;
    figure.querySelector(".lesson-controls")?.remove(); // of a page that was saved while it ran
    // JupyterLab would take the arrow keys for its own shortcuts.
    for (const control of panel.children) control.setAttribute("data-lm-suppress-shortcuts", "true");
    image.after(panel);
    const slider = panel.querySelector("input");
    slider.max = last + 1;
    const button = (name) => panel.querySelector(`[data-do="${name}"]`);
    let now = data.first, timer = null;

    // The slider speaks for itself; a playing animation would talk without end.
    const show = (i, spoken) => {
      now = Math.min(Math.max(i, 0), last);
      image.src = frames[now];
      image.alt = `${data.alt} ${data.captions[now]}`;
      slider.value = now + 1;
      slider.setAttribute("aria-valuetext", data.captions[now]);
      line.setAttribute("aria-live", spoken ? "polite" : "off");
      line.textContent = data.captions[now];
      button("previous").setAttribute("aria-disabled", now === 0);
      button("next").setAttribute("aria-disabled", now === last);
    };
    const play = (on) => {
      clearInterval(timer);
      timer = on ? setInterval(tick, data.interval) : null;
      figure.classList.toggle("lesson-playing", on);
      button("play").setAttribute("aria-label", on ? "Pause" : "Play");
    };
    const tick = () => {
      if (!figure.isConnected) return play(false);
      show(now + 1, false);
      if (now === last) play(false);
    };
    const go = (i, spoken) => { play(false); show(i, spoken); };

    button("previous").addEventListener("click", () => go(now - 1, true));
    button("next").addEventListener("click", () => go(now + 1, true));
    button("play").addEventListener("click", () => {
      if (timer !== null) return play(false);
      if (now === last) show(0, false);
      play(true);
    });
    slider.addEventListener("input", () => go(slider.value - 1, false));
    show(now, false);
  };
  for (const figure of document.querySelectorAll(".lesson-player[data-player]")) {
    if (!figure.lessonPlayer) start(figure);
  }
})();
