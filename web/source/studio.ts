// The studio in step with the server: each change is sent at once and in order, and the page is drawn anew in place.
import { complete } from "./studio/completing";
import { drag } from "./studio/dragging";
import { tapWords } from "./studio/rules";
import { keepInStep } from "./studio/step";

const studio = document.getElementById("studio");
if (studio) {
  keepInStep(studio);
  drag(studio);
  tapWords(studio);
  complete(studio);
}
