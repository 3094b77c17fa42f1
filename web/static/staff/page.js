// What every page of the staff does: it knows when the sign-in ends, sends nothing twice, and keeps
// what is not sent yet.

import "./sign_in.js";
import "./sending.js";
import "./kept.js";
