package stage

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"b2b.example/e2e/browser"
)

// imports are a file that is taken in, from its upload to its end.
func (s *Stage) imports() []Scene {
	return []Scene{
		{Name: "import", Manager: true, Set: at(importProducts)},
		{Name: "import-customers", Manager: true, Set: at("/backoffice/customers/import")},
		{Name: "import-refused", Manager: true, Set: s.upload("sku,colour,name,size\nA,b,c,d\n")},
		{Name: "import-blocked", Manager: true, Set: s.upload(blockedFile)},
		{Name: "import-checked", Manager: true, Set: s.upload(goodFile)},
		{Name: "import-done", Manager: true, Set: func(p *browser.Page) {
			s.upload(goodFile)(p)
			p.Leads(func() { browser.Eval[bool](p, `document.querySelector(".run form button").click(), true`) })
			settled(p)
		}},
	}
}

const importProducts = "/backoffice/products/import"

// files counts those that were sent: "#" in a file is a number that no other has.
var files atomic.Int64

const goodFile = "sku,name,price,stock,low_stock_at\n" +
	"NEW-#,Vino tinto joven,86.40,40,10\nNEW-#B,\"Aceite de oliva virgen extra, lata de 5 litros, cosecha temprana\",189.90,12,5\n" +
	"NEW-#C,Papel A4 reciclado,31,600,60\n"

const blockedFile = "sku,name,price,stock,archived\nNEW-#,Vino tinto joven,86.40,40,no\nNEW-#B,,gratis,-4,maybe\n" +
	"NEW-#C,\"Café en grano tostado medio, bolsa de 1 kg, cultivo de altura de la provincia de Loja, cosecha de 2026, lote 0041, " +
	"tostado en origen, con notas de cacao, panela y naranja, para espresso y filtro\",18.50,7,no\nNEW-#,Otra vez,1,1,no\nNEW-#D,Sobra,1,1,no,no\n"

// upload sends a file of products, and waits for what its trial finds.
func (s *Stage) upload(content string) func(p *browser.Page) {
	return func(p *browser.Page) {
		// A folder each: pages are looked at side by side, and each sends a file of its own under the same name.
		n := strconv.FormatInt(files.Add(1), 10)
		path := filepath.Join(s.folder, n, "productos-noviembre.csv")
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			panic(err) // the stage's own folder
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(content, "#", n)), 0o600); err != nil {
			panic(err) // the stage's own folder
		}
		p.Go(importProducts)
		p.Choose(browser.ID("file"), path)
		p.Leads(func() { browser.Eval[bool](p, `document.querySelector(".import form button").click(), true`) })
		settled(p)
	}
}

// settled waits until a file is no longer worked at.
func settled(p *browser.Page) { p.Await(`!document.querySelector("#run [hx-trigger]")`) }
