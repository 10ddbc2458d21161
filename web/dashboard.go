package web

import "time"

// queueHead is what a queue is, before its rows.
type queueHead struct {
	id, title, icon, kind, sense string
	count                        Count
}

// toConfirmSense is what the number of orders to confirm means. None means nothing.
func (d Dashboard) toConfirmSense() string {
	switch {
	case d.ToConfirm.Count.N == 0:
		return ""
	case d.ToConfirm.TotalCents > 0:
		return d.T("page.dashboard.in_all", "total", d.MoneySigned(d.ToConfirm.TotalCents))
	}
	return d.T("page.dashboard.to_confirm.sense")
}

// expiringSense is what the number of expiring orders means.
func (d Dashboard) expiringSense() string {
	switch {
	case d.ExpiryOff:
		return d.T("page.dashboard.expiry_off")
	case d.Expiring.Count.N == 0:
		return ""
	}
	return d.T("page.dashboard.expiring.sense", "within", d.Until(d.ExpiringWithin))
}

// lowStockSense is what the number of products means.
func (d Dashboard) lowStockSense() string {
	if d.LowStockCount.N == 0 {
		return ""
	}
	return d.T("page.dashboard.low_stock.sense")
}

// left is how long it is until then; nothing for what never comes.
func (d Dashboard) left(then *time.Time) string {
	if then == nil {
		return "—"
	}
	return d.Until(then.Sub(d.Now))
}

// stockKind is how bad a low stock is.
func stockKind(stock int64) string {
	if stock <= 0 {
		return "bad"
	}
	return "warn"
}
