package main

import (
	"fmt"
	"math/rand/v2"

	"b2b.example/db"
)

// good is something that a wholesaler sells, with what one pack of it costs.
type good struct {
	code  string // how its SKUs begin
	name  string
	packs []pack
}

type pack struct {
	name  string
	cents int64
}

// The goods of a wholesaler for hotels, restaurants and shops, who sells on both sides of the border.
var goods = []good{
	{"ACE", "Aceite de oliva virgen extra", []pack{{"botella 1 L, caja de 12", 10_740}, {"garrafa 5 L, caja de 3", 11_985}, {"lata 25 L", 19_450}}},
	{"ARR", "Arroz bomba D.O. Calasparra", []pack{{"saco 5 kg", 1_890}, {"saco 25 kg", 8_450}}},
	{"ATU", "Atún claro en aceite de girasol", []pack{{"lata 1 kg, caja de 6", 6_270}, {"lata 650 g, caja de 12", 7_980}}},
	{"AZA", "Azafrán en hebra", []pack{{"tarro 10 g", 3_990}, {"tarro 50 g", 18_500}}},
	{"CAF", "Café en grano, tueste natural", []pack{{"bolsa 1 kg", 1_425}, {"caja de 6 bolsas de 1 kg", 8_190}}},
	{"CHO", "Chocolate de cobertura 70 %", []pack{{"tableta 1 kg, caja de 10", 9_850}, {"gotas 5 kg", 5_230}}},
	{"CON", "Tomate triturado en conserva", []pack{{"lata 3 kg, caja de 6", 2_340}, {"lata 800 g, caja de 12", 1_890}}},
	{"HAR", "Harina de fuerza W-300", []pack{{"saco 25 kg", 2_175}, {"palé de 40 sacos", 82_400}}},
	{"JAM", "Jamón ibérico de cebo 50 %", []pack{{"pieza de 7,5 a 8 kg", 17_900}, {"loncheado 100 g, caja de 20", 9_980}}},
	{"LEC", "Leche entera UHT", []pack{{"brik 1 L, caja de 12", 1_068}, {"palé de 60 cajas", 61_200}}},
	{"MIE", "Miel de azahar", []pack{{"tarro 1 kg, caja de 6", 4_680}, {"cubo 10 kg", 7_150}}},
	{"QUE", "Queso manchego curado D.O.", []pack{{"pieza de 3 kg", 4_725}, {"cuña 250 g, caja de 12", 5_340}}},
	{"SAL", "Sal marina en escamas", []pack{{"tarrina 150 g, caja de 12", 3_228}, {"cubo 1,5 kg", 1_490}}},
	{"VIN", "Vino tinto crianza D.O.Ca. Rioja", []pack{{"botella 75 cl, caja de 6", 4_140}, {"palé de 100 cajas", 395_000}}},
	{"DET", "Detergente lavavajillas industrial", []pack{{"garrafa 10 L", 2_865}, {"bidón 24 kg", 5_940}}},
	{"LEJ", "Lejía alimentaria", []pack{{"garrafa 5 L, caja de 4", 1_356}}},
	{"PAP", "Papel secamanos en bobina", []pack{{"paquete de 6", 1_794}, {"palé de 48 paquetes", 82_900}}},
	{"SER", "Servilleta de punto 40 x 40", []pack{{"caja de 1.200", 3_675}, {"caja de 2.400", 6_990}}},
	{"MAN", "Mantel de algodón blanco", []pack{{"140 x 140 cm", 1_650}, {"140 x 200 cm", 2_190}}},
	{"UNI", "Chaqueta de cocina unisex", []pack{{"talla S", 2_495}, {"talla M", 2_495}, {"talla L", 2_495}, {"talla XL", 2_695}}},
	{"CUB", "Cubertería de acero 18/10, Toledo", []pack{{"tenedor, caja de 12", 2_280}, {"cuchillo, caja de 12", 3_540}, {"juego de 72 piezas", 15_900}}},
	{"CAJ", "Caja de cartón canal doble", []pack{{"400 x 300 x 300, paquete de 20", 2_360}, {"600 x 400 x 400, paquete de 15", 3_490}}},
	{"TOR", "Tornillo para madera cincado", []pack{{"4 x 40, caja de 500", 1_245}, {"5 x 60, caja de 250", 1_390}, {"6 x 100, caja de 100", 1_520}}},
	{"BEA", "Baked beans in tomato sauce", []pack{{"tin 2.6 kg, case of 6", 2_490}, {"tin 415 g, case of 24", 1_920}}},
	{"BIS", "Shortbread finger biscuits", []pack{{"twin pack, case of 100", 2_150}}},
	{"CHE", "Mature Cheddar", []pack{{"block 5 kg", 3_890}, {"grated 2 kg, case of 6", 8_340}}},
	{"GRA", "Gravy granules", []pack{{"tub 2 kg, case of 2", 2_675}}},
	{"MUS", "Wholegrain mustard", []pack{{"jar 2.27 L, case of 2", 1_980}}},
	{"SCO", "Scone mix", []pack{{"bag 3.5 kg, case of 4", 3_120}, {"sack 16 kg", 2_940}}},
	{"TEA", "English breakfast tea", []pack{{"1,100 bags", 3_450}, {"440 bags, case of 6", 9_960}}},
	{"TON", "Indian tonic water", []pack{{"bottle 200 ml, case of 24", 1_584}, {"bottle 1 L, case of 8", 1_120}}},
	{"BAG", "Kraft paper carrier bag", []pack{{"medium, case of 250", 2_835}, {"large, case of 200", 3_190}}},
	{"CUP", "Double-wall coffee cup", []pack{{"8 oz, case of 500", 3_995}, {"12 oz, case of 500", 4_750}, {"16 oz, case of 500", 5_390}}},
	{"GLO", "Nitrile gloves, powder free", []pack{{"size M, case of 1,000", 3_460}, {"size L, case of 1,000", 3_460}}},
	{"PAN", "Stainless steel pan GN 1/1", []pack{{"65 mm deep", 1_295}, {"100 mm deep", 1_595}, {"150 mm deep", 1_990}}},
	{"TRA", "Serving tray, non-slip", []pack{{"35 cm", 895}, {"40 cm", 1_090}}},
	{"LED", "LED panel 600 x 600, 4000 K", []pack{{"each", 2_240}, {"box of 6", 12_690}}},
	{"TAP", "Packing tape, low noise", []pack{{"48 mm x 66 m, box of 36", 3_270}}},
	{"PAL", "Stretch film, hand roll", []pack{{"500 mm, 20 micron, box of 6", 3_880}}},
	{"VAL", "Brass ball valve", []pack{{"1/2 in, box of 10", 4_150}, {"3/4 in, box of 10", 5_980}, {"1 in, box of 5", 4_690}}},
}

var brands = []string{
	"La Dehesa", "Casa Olmedo", "El Molino", "Sierra Alta", "Puerto Viejo", "Los Tilos", "Santa Inés", "Mar Menor",
	"Harbour & Co", "Northfield", "Old Mill", "Kingsway", "Greenacre", "Albion", "Fairhaven", "Thistle",
}

var (
	surnames = []string{
		"García", "Ibáñez", "Núñez", "Peñalver", "Olmedo", "Ríos", "Valdés", "Zabala", "Echeverría", "Muñoz", "Soler", "Quintana",
		"Ferrer", "Argüelles", "Montoya", "Cebrián", "Otero", "Lozano", "Miró", "Urrutia", "Bermúdez", "Castaño", "Rivas", "Noguera",
	}
	families = []string{
		"Hartley", "Whitmore", "Ashdown", "Barlow", "Caldwell", "Dunmore", "Ellery", "Fenwick", "Granger", "Holloway", "Kerr",
		"Langford", "Mercer", "Norwood", "Pemberton", "Radcliffe", "Sinclair", "Thornbury", "Underhill", "Winslow", "O'Brien", "MacLeod",
	}
	trades = []string{
		"Hostelería %s, S.L.", "Distribuciones %s e Hijos, S.A.", "Supermercados %s, S.L.", "Restaurante Casa %s", "Ferretería %s, S.L.",
		"Cafés y Meriendas %s", "Hotel %s & Spa, S.A.", "Suministros %s Hermanos, S.C.", "Panadería %s", "Catering %s, S.L.U.",
	}
	businesses = []string{
		"%s & Sons Wholesale Ltd", "The %s Arms Hotel", "%s Catering Supplies Ltd", "%s Foodservice plc", "%s Hardware Ltd",
		"%s & Daughters Bakery", "Café %s", "%s Facilities Group Ltd", "%s Street Deli",
	}
	towns = []string{
		"Alcoy", "Ávila", "Bilbao", "Cádiz", "Cartagena", "Gijón", "Huesca", "Jaén", "León", "Málaga", "Murcia", "Sevilla", "Vigo", "Zaragoza",
	}
	cities = []string{
		"Bath", "Bristol", "Cardiff", "Derby", "Dundee", "Exeter", "Hull", "Leeds", "Lincoln", "Norwich", "Oxford", "Stirling", "York",
	}
	notesInSpanish = []string{
		"Entregar por la mañana, antes de las 11 h.", "Llamar antes de la entrega.", "Muelle 3, preguntar por Íñigo.",
		"Sin sustituciones, por favor.", "Facturar a fin de mes.",
	}
	notesInEnglish = []string{
		"Deliver to the rear entrance.", "Ring ahead, narrow street.", "No substitutions, please.", "Leave with reception.",
		"Needed before the weekend.",
	}
)

// party is a made-up customer, or anyone else with a name and an address.
type party struct {
	name, email, phone, taxID string
	spanish                   bool
}

// nameCustomer makes up the n-th customer. Its address is its own because n is in it; nobody can be reached at it, nor
// at its telephone.
func nameCustomer(r *rand.Rand, n int64) party {
	if r.IntN(100) < 60 {
		surname := pick(r, surnames)
		return party{
			name:    fmt.Sprintf(pick(r, trades), surname) + " (" + pick(r, towns) + ")",
			email:   fmt.Sprintf("compras%d@%s.example", n, domain(surname)),
			phone:   fmt.Sprintf("+34 9%d0 55 %02d %02d", 1+r.IntN(8), r.IntN(100), r.IntN(100)),
			taxID:   fmt.Sprintf("B%08d", r.IntN(1e8)),
			spanish: true,
		}
	}
	family := pick(r, families)
	return party{
		name:  fmt.Sprintf(pick(r, businesses), family) + ", " + pick(r, cities),
		email: fmt.Sprintf("orders%d@%s.example", n, domain(family)),
		phone: fmt.Sprintf("+44 1632 96%04d", r.IntN(1e4)),
		taxID: fmt.Sprintf("GB%09d", r.IntN(1e9)),
	}
}

// article is a made-up product.
type article struct {
	sku, name string
	cents     int64
}

// nameProduct makes up the n-th product: the goods in all their packs first, then the same of many brands.
func nameProduct(r *rand.Rand, n int64) article {
	g := goods[n%int64(len(goods))]
	p := g.packs[n/int64(len(goods))%int64(len(g.packs))]
	cents := p.cents + p.cents*int64(r.IntN(31)-15)/100 // brands differ by up to 15 %
	return article{
		sku:   fmt.Sprintf("%s-%05d", g.code, n),
		name:  fmt.Sprintf("%s %s, %s", g.name, pick(r, brands), p.name),
		cents: max(cents, 1),
	}
}

// domain is a name as the first part of an address: "Argüelles" becomes arguelles, "O'Brien" obrien.
func domain(name string) string {
	var plain []rune
	for _, letter := range db.Fold(name) {
		if letter >= 'a' && letter <= 'z' {
			plain = append(plain, letter)
		}
	}
	return string(plain)
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
