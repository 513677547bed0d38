"""The sentences that the controls for photos, sound, places, codes and files say in the browser, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from web.texts import gettext


def capture_words() -> Mapping[str, str]:
    """Return every sentence in the current language; the script fills the ``%(name)s`` places."""
    return {**_buttons(), **_places(), **_devices(), **_sending(), **_values()}


def _buttons() -> dict[str, str]:
    return {
        "again": gettext("Try again"),
        "find_again": gettext("Find it again"),
        "find_place": gettext("Find this place"),
        "how": gettext("What to do"),
        "one_more_note": gettext("Record one more"),
        "one_more_photo": gettext("One more photo"),
        "open_place": gettext("Turn on positioning"),
        "record": gettext("Record a voice note"),
        "record_again": gettext("Record again"),
        "remove": gettext("Remove %(name)s"),
        "retake": gettext("Take it again"),
        "sign": gettext("Sign"),
        "sign_again": gettext("Sign again"),
        "stop": gettext("Stop"),
        "take_photo": gettext("Take a photo"),
    }


def _places() -> dict[str, str]:
    return {
        "about": gettext("±%(metres)s m"),
        "has_place": gettext("position known"),
        "located": gettext("position ±%(metres)s m"),
        "locating": gettext("Finding the position…"),
        "place_denied": gettext("position not allowed"),
        "place_insecure": gettext("no position: not a secure connection"),
        "place_unknown": gettext("no position yet"),
        "photo_locating": gettext("1 thing missing: the photo has no position yet. It is being found."),
        "photo_denied": gettext("1 thing missing: the photo has no position. Allow it for this site in the browser."),
        "photo_insecure": gettext("1 thing missing: the photo has no position. Open this page by https to have it."),
        "photo_unknown": gettext(
            "1 thing missing: the photo has no position. Turn it on in the phone, or step outside."
        ),
        "spot_denied": gettext("The position is not allowed. Allow it for this site in the browser."),
        "spot_insecure": gettext("Browsers tell the position only to secure pages. Open this page by https."),
        "spot_unknown": gettext("The position was not found. Turn it on in the phone, or step outside."),
        "without_place": gettext("without a position"),
    }


def _devices() -> dict[str, str]:
    return {
        "camera_busy": gettext("Another program is using the camera. Close it, then try again."),
        "camera_denied": gettext("The camera is not allowed. Allow it for this site in the browser."),
        "camera_insecure": gettext("Browsers give the camera only to secure pages. Open this page by https."),
        "camera_none": gettext("No camera was found. Open this page on a phone."),
        "microphone_busy": gettext("Another program is using the microphone. Close it, then try again."),
        "microphone_denied": gettext("The microphone is not allowed. Allow it for this site in the browser."),
        "microphone_insecure": gettext("Browsers give the microphone only to secure pages. Open this page by https."),
        "microphone_none": gettext("No microphone was found. Open this page on a phone."),
    }


def _sending() -> dict[str, str]:
    return {
        "garbled": gettext("It was damaged on the way. Send it again."),
        "no_token": gettext("Photos need the network now and then: connect, then try again."),
        "not_sent": gettext("not sent yet"),
        "offline": gettext("Kept on this device: it is sent by itself when there is a network."),
        "offline_unkept": gettext("No network, and no room on this device: leave this page open until it is sent."),
        "refused": gettext("This file is not accepted."),
        "sending": gettext("uploading %(share)s"),
        "server": gettext("The server did not take it. Try again."),
        "signed_out": gettext("You were signed out. Sign in in another window, then try again."),
        "too_large": gettext("This file is too large."),
        "waits": gettext("Still uploading; the form is sent by itself afterwards."),
    }


def _values() -> dict[str, str]:
    return {
        "ean_form": gettext("A bar code has 8 or 13 digits."),
        "ean_wrong": gettext("The last digit does not fit the others: check the number."),
        "empty_file": gettext("“%(name)s” is empty."),
        "enough": gettext("No more than %(count)s here."),
        "file_too_large": gettext("“%(name)s” is larger than %(largest)s MB."),
        "no_reader": gettext("Codes cannot be read here. Type the number."),
        "no_picture": gettext("“%(name)s” is no picture."),
        "sign_first": gettext("Sign in the field first."),
        "too_short": gettext("That was %(seconds)s s; at least %(least)s s are needed."),
    }
