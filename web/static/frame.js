"use strict";(()=>{addEventListener("pageshow",e=>{e.persisted&&location.reload()});})();
