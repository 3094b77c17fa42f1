// What every page of the staff has, in one request.

import "./notice.js";
import "./sign_in.js";
import "./sending.js";
import "./kept.js";
import "./checking.js";
import "./help.js";
