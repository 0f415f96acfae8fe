// Shows the number on the picture of the card while it is typed.
{
  const number = document.getElementById("gift-number");
  const shown = document.getElementById("gift-shown");
  number.addEventListener("input", () => {
    const typed = number.value.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, 12);
    shown.textContent = typed.padEnd(12, "•").replace(/(.{4})(?=.)/g, "$1 ");
  });
}
