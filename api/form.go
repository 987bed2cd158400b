package api

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"
)

// maxFields is more than any form of ours has.
const maxFields = 32

func checkForm(contentType string) *Problem {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/x-www-form-urlencoded" {
		return statusProblem(http.StatusUnsupportedMediaType, "a form is application/x-www-form-urlencoded")
	}
	return nil
}

func parseQuery(data []byte) (url.Values, error) {
	v, err := url.ParseQuery(string(data))
	if err != nil {
		return nil, err
	}
	if len(v) > maxFields {
		return nil, errors.New("too many fields")
	}
	for _, list := range v {
		for _, s := range list {
			if !utf8.ValidString(s) {
				return nil, errors.New("not valid UTF-8")
			}
		}
	}
	return v, nil
}
