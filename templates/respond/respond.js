// The pages work without this file. E0: the code leaves the address. E3: "Sending…". E4: Print.
(function () {
  "use strict";
  var field = document.getElementById("code");
  var language = document.getElementById("language");
  var send = document.getElementById("send");
  var print = document.getElementById("print");

  function take() {
    var code = location.hash.slice(1);
    if (!code) return;
    try { code = decodeURIComponent(code); } catch (error) { /* a broken escape stays as it was typed */ }
    field.value = code;
    history.replaceState(null, "", location.pathname + location.search);
    field.focus();
  }

  if (field) {
    take();
    addEventListener("hashchange", take);
  }
  if (field && language) {
    language.addEventListener("click", function () {
      language.hash = field.value && encodeURIComponent(field.value);
    });
  }
  if (send) {
    send.form.addEventListener("submit", function (event) {
      if (event.submitter === send) send.textContent = send.dataset.sending;
    });
  }
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }
})();
