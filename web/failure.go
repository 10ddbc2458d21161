package web

import "net/http"

// kind is how bad it is: what will pass by itself or was never there is no alarm.
func (f Failure) kind() string {
	switch {
	case f.Status == http.StatusTooManyRequests, f.Status == http.StatusServiceUnavailable, f.Status == http.StatusConflict:
		return "warn"
	case f.Status >= http.StatusInternalServerError:
		return "bad"
	}
	return "info"
}

func (f Failure) icon() string {
	switch f.Status {
	case http.StatusForbidden:
		return "lock"
	case http.StatusNotFound:
		return "search"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "hourglass"
	case http.StatusConflict:
		return "triangle-alert"
	}
	return "circle-alert"
}

// ways are the ways on: those that are given, or else to what is there for sure.
func (f Failure) ways() []Link {
	if len(f.Links) > 0 {
		return f.Links
	}
	return []Link{{f.T("page.link.dashboard"), "/backoffice"}, {f.T("page.link.orders"), "/backoffice/orders"}}
}
