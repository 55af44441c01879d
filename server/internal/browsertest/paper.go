package browsertest

import (
	"context"
	"regexp"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A Paper is a size of paper, in inches.
type Paper struct {
	Name          string
	Width, Height float64
}

// Papers are the two sizes that people have in their printers.
func Papers() []Paper {
	return []Paper{{"A4", 210 / 25.4, 297 / 25.4}, {"Letter", 8.5, 11}}
}

// Print is the page as a PDF on this paper, with the margins of its style sheet.
func (p *Tab) Print(paper Paper) []byte {
	p.t.Helper()
	var pdf []byte
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		result, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: paper.Width, PaperHeight: paper.Height})
		pdf = result.Data
		return err
	}))
	return pdf
}

// pdfPage begins the dictionary of a page in the PDF that Chromium writes.
var pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)

// PDFPages counts the pages of a PDF that [Tab.Print] made.
func PDFPages(pdf []byte) int { return len(pdfPage.FindAll(pdf, -1)) }

// Cut names each element of the selector that stands in two columns, or is wider
// than the element that it stands in: in the style for print, on paper of this size
// with margins of so many inches left and right together.
func (p *Tab) Cut(selector string, paper Paper, margins float64) []string {
	p.t.Helper()
	p.Do(
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}),
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: int64((paper.Width - margins) * cssInch), Height: int64(paper.Height * cssInch), DeviceScaleFactor: 1,
		}),
	)
	return run(p, chromedp.Evaluate[[]string](`[...document.querySelectorAll("`+selector+`")].filter(e =>
		e.getClientRects().length > 1 || e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 1
	).map(e => e.tagName + " " + e.innerText.slice(0, 60))`))
}

// cssInch is an inch in CSS pixels.
const cssInch = 96
